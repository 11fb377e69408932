import { join } from 'node:path';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { writePrivate } from '#shared/platform/process/secrets.js';
import { temporaryFolder } from '../processes/temporary.js';
import type { ComposeProject } from './engine.js';
import { receiveWebhook, signIn } from './people.js';
import { Selling } from './selling.js';
import { backUp, clientSettings, limited, projectOf, replay, shareOut, step } from './steps.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const BACKUP = '/backups/test-compose';
const OWN = 'deploy/compose.own.yml';
/** A user's own servers: containers outside of the project. */
const THEIRS = 'dev/compose/own-servers.yml';
const THEIR_URLS = `NATS_URL=nats://their-nats:4222
DATABASE_URL=postgresql://postgres:theirs@their-postgres:5432/tickets
SOLANA_RPC_URL=http://their-chain:8899
`;

/** A back end that takes webhooks, in a container beside the project's. */
const RECEIVER = 'dev/compose/receiver.yml';

const said = (ms: number): string => `${(ms / 1_000).toFixed(1)} s until it is healthy again`;

/** docker-compose.yml, which sends webhooks also to a receiver that is not public. */
export async function base(isBuilt: boolean): Promise<void> {
  const project = await projectOf('base', [RECEIVER]);
  await inScene(project, async () => {
    await build(project, isBuilt);
    await step('docker compose up: every container is healthy', () => project.up());
    await step('limits of memory and processor', () => limited(project));
    const settings = await clientSettings(project);
    await withSelling(settings, async (selling) => {
      const [overNats] = await step('orders over NATS and HTTP: sold, minted, in the ledger', () => selling.sellAndMint('first'));
      await step('the console: its page, and signing in', () => signIn(project, settings));
      await step('a webhook endpoint gets an event', () => receiveWebhook(project, selling, settings));
      await step('admit replay', () => replay(project));
      await step('admit log backup, and a replay of it', () => backUp(project, BACKUP));
      await crashAll(project, selling, [
        'nats',
        'accounts',
        'postgres',
        'chain',
        'purchase',
        'http',
        'minter',
        'ledger',
        'webhooks',
        'console',
      ]);
      await step('docker compose up --scale purchase=2: requests to each', async () => {
        await project.up('--scale', 'purchase=2');
        return shareOut(project, 'purchase', settings.HTTP_URL ?? '');
      });
      await step('docker compose down, up: the same answer to the same key', async () => {
        await project.run('down');
        await project.up();
        const again = await selling.order('first', 'first-nats', 'http');
        if (again.text !== overNats.text) throw new Error(`The answer was ${overNats.text} and is ${again.text}.`);
        await selling.sellAndMint('second');
      });
      await step('admit replay', () => replay(project));
      await step('admit log verify', async () => (await project.run('run', '--rm', '-T', 'admit', 'log', 'verify')).trim());
    });
  });
}

/** Three NATS servers, two of each app. */
export async function cluster(isBuilt: boolean): Promise<void> {
  const project = await projectOf('cluster', ['deploy/compose.cluster.yml']);
  await inScene(project, async () => {
    await build(project, isBuilt);
    await step('docker compose up: three NATS servers, two of each app', () => project.up());
    await step('limits of memory and processor', () => limited(project));
    const settings = await clientSettings(project);
    await withSelling(settings, async (selling) => {
      await step('orders over NATS and HTTP: sold, minted, in the ledger', () => selling.sellAndMint('first'));
      await step('the console: its page, and signing in', () => signIn(project, settings));
      await step('requests to each purchase', () => shareOut(project, 'purchase', settings.HTTP_URL ?? ''));
      await step('requests to each ledger', () => shareOut(project, 'ledger', settings.LEDGER_URL ?? ''));
      await crashAll(project, selling, ['nats-2', 'purchase', 'minter', 'ledger', 'webhooks']);
      await step('docker compose stop nats-3 while orders are sold', async () => {
        const rush = await selling.rush('without-one');
        await project.run('stop', 'nats-3');
        const before = rush.sold;
        const sold = await rush.stop();
        await project.run('start', 'nats-3', 'accounts-3');
        return `${sold} orders, ${sold - before} of them without it`;
      });
      await step('admit replay', () => replay(project));
    });
  });
}

/** Only the apps, on existing servers. */
export async function own(isBuilt: boolean): Promise<void> {
  const folder = temporaryFolder('compose-own');
  const file = join(folder.path, 'own.env');
  writePrivate(file, THEIR_URLS);
  const project = await projectOf('own', [OWN, THEIRS], { ADMIT_OWN_ENV: file, ADMIT_MINT_KEYS: 'create', ADMIT_MINT_AIRDROP: 'local' });
  await inScene(project, async () => {
    await build(project, isBuilt);
    await step('your NATS, with the accounts that setup wrote; your Postgres and Solana', async () => {
      await project.run('run', '--rm', '-T', 'setup');
      await project.up('their-nats', 'their-postgres', 'their-chain');
    });
    await step('docker compose up: the apps alone', async () => {
      await project.up();
      return (await project.services()).join(', ');
    });
    await step('admit doctor', async () => (await project.run('run', '--rm', '-T', 'admit', 'doctor')).trim().split('\n').at(-1));
    await project.run('run', '--rm', '-T', 'tenants');
    const settings = { ...(await clientSettings(project)), NATS_URL: `nats://127.0.0.1:${project.env.ADMIT_NATS_PORT}` };
    await withSelling(settings, async (selling) => {
      await step('orders over NATS and HTTP: sold, minted, in the ledger', () => selling.sellAndMint('first'));
      await step('the console: its page, and signing in', () => signIn(project, settings));
      await crashAll(project, selling, ['their-nats', 'their-postgres']);
      await step('admit replay', () => replay(project));
    });
  }).finally(() => folder.remove());
}

async function build(project: ComposeProject, isBuilt: boolean): Promise<void> {
  if (!isBuilt) await step('docker compose build', async () => void (await project.run('build')));
}

async function inScene(project: ComposeProject, work: () => Promise<void>): Promise<void> {
  process.stdout.write(`${project.name}\n`);
  await project.remove(); // left by a killed run
  const end = (): void => void project.remove().finally(() => process.exit(EXIT.failed));
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    await step('removed, with its volumes', () => project.remove());
  }
}

async function withSelling(settings: Parameters<typeof Selling.of>[0], work: (selling: Selling) => Promise<void>): Promise<void> {
  const selling = await Selling.of(settings);
  try {
    await work(selling);
  } finally {
    await selling.close();
  }
}

/** Kills one container after the other while orders are placed: each restarts by itself, and no answer is lost or given twice. */
async function crashAll(project: ComposeProject, selling: Selling, services: readonly string[]): Promise<void> {
  const rush = await selling.rush(`rush-${services.length}`);
  try {
    for (const service of services) await step(`${service} killed`, async () => said(await project.crash(service)));
    await step('orders meanwhile, each key repeated', async () => `${await rush.stop()} orders, each answered once`);
  } catch (error) {
    rush.abandon();
    throw error;
  }
}
