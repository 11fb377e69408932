import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { causeOf, messageOf } from '../processes/errors.js';

const RELEASE = '2.15.1'; // the version that the test suite ran against
const RELEASES_URL = 'https://github.com/nats-io/nats-server/releases/download';
const CHECKSUMS_MS = 8_000; // offline or behind a firewall: a person waits for the next source
const ARCHIVE_MS = 120_000; // 6 MB at 50 KB/s
const UNPACK_MS = 30_000; // a second on a slow disk

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const PROCESSORS: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' };

const run = promisify(execFile);

/** Fetches the project's release archive for this platform and verifies it against the checksum of the same release. */
export async function fetchRelease(folder: string, progress: (line: string) => void): Promise<string> {
  const system = SYSTEMS[process.platform];
  const processor = PROCESSORS[process.arch];
  if (system === undefined || processor === undefined) throw new Error(`there is none for ${process.platform} ${process.arch}`);
  const stem = `nats-server-v${RELEASE}-${system}-${processor}`;
  const sums = (await download(`${RELEASES_URL}/v${RELEASE}/SHA256SUMS`, CHECKSUMS_MS)).toString('utf8');
  const listed = sums.split('\n').map((line) => line.trim().split(/\s+\*?/));
  const [wanted, archive] = listed.find(([, file]) => file === `${stem}.tar.gz`) ?? listed.find(([, file]) => file === `${stem}.zip`) ?? [];
  if (wanted === undefined || archive === undefined) throw new Error(`its checksum file does not list ${stem}`);

  progress(`nats-server: downloading ${archive}`);
  const bytes = await download(`${RELEASES_URL}/v${RELEASE}/${archive}`, ARCHIVE_MS);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== wanted) throw new Error(`the checksum of ${archive} is ${actual}, its release says ${wanted}`);

  const path = join(folder, archive);
  await writeFile(path, bytes);
  await run('tar', ['-xf', path, '-C', folder], { timeout: UNPACK_MS }); // some platforms have only a zip; tar reads it too
  return join(folder, stem, system === 'windows' ? 'nats-server.exe' : 'nats-server');
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} cannot be reached (${messageOf(causeOf(error))})`, { cause: error });
  }
  throw new Error(`${url} answered ${answer.status}`);
}
