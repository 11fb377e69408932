import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation, giveTo, type Installation } from '../../dev/postgres/installation.js';
import { type PostgresServer, startPostgres } from '../../dev/postgres/server.js';
import { cacheFolder, projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';

const SECRETS = 'credentials.json';
/** Postgres refuses a cluster that others may read. */
const ONLY_ITS_OWNER = 0o700;
/** What an empty cluster depends on: the version of Postgres, and how initdb is called. */
const ORIGINS = ['package-lock.json', 'dev/postgres/cluster.ts'];

/** A new Postgres with the settings of production. Its empty cluster is a copy: initdb takes 0.9 s of processor time, the copy 0.1 s. */
export async function newPostgres(dataDir: string): Promise<PostgresServer> {
  const place = findInstallation(dataDir);
  const template = await emptyCluster();
  cpSync(join(template, SECRETS), join(dataDir, SECRETS));
  const draft = `${place.cluster}.draft`;
  cpSync(join(template, 'cluster'), draft, { recursive: true });
  chmodSync(draft, ONLY_ITS_OWNER); // cpSync of Node 22 and later makes folders with the default mode
  giveAllTo(place.runAs, draft);
  renameSync(draft, place.cluster);
  return startPostgres({ dataDir });
}

/** Made by the first spec that needs it. It is moved to its place in whole, because another worker may make it at the same time. */
async function emptyCluster(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of ORIGINS) hash.update(readFileSync(join(projectFolder(), path)));
  const template = join(cacheFolder(), `postgres-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(template)) return template;
  const folder = temporaryFolder('postgres-template');
  try {
    const dataDir = join(folder.path, 'postgres');
    await (await startPostgres({ dataDir })).stop();
    const draft = `${template}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    cpSync(findInstallation(dataDir).cluster, join(draft, 'cluster'), { recursive: true });
    cpSync(join(dataDir, SECRETS), join(draft, SECRETS));
    moveIn(draft, template);
    return template;
  } finally {
    folder.remove();
  }
}

function moveIn(draft: string, template: string): void {
  try {
    renameSync(draft, template);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(template)) throw error; // otherwise another worker was faster: its cluster is as good as ours
  }
}

function giveAllTo(runAs: Installation['runAs'], folder: string): void {
  if (runAs === undefined) return;
  giveTo(runAs, folder);
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) giveTo(runAs, join(folder, path));
}
