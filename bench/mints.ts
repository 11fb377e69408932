import { type ConsumerInfo, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { orderId, type SaleId, type TenantId, ticketId, type UnitId, type Wallet } from '#shared/kernel/ids.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { mintQueueOf } from '#shared/platform/topology/mint-queues.js';
import { provision } from '#shared/platform/topology/provision.js';
import { loadMintKeys, Signer } from '../apps/minter/src/chains/token-2022/mint-keys.js';
import { countOnChain, memosOfMints } from '../dev/chaos/count-on-chain.js';
import { Web3Loop } from '../dev/chaos/web3-loop.js';
import { startNats } from '../dev/nats/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { waitFor } from '../dev/processes/wait.js';
import type { Bench } from './bench.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown } from './report/table.js';
import { ChainProcess, callsIn } from './stage/chain-process.js';
import { startMinter } from './stage/minter-process.js';

const TENANT = 'bench' as TenantId;
const SALE = 'bench' as SaleId;
const PATIENCE_MS = 600_000;
/** The rate is measured in the middle of the run: between these shares of all mints. */
const FROM_PART = 0.1;
const TO_PART = 0.9;
const PUBLISHED_AT_ONCE = 500;
const WINDOW = 256;
const WINDOWS = 2;
const ONE_BY_ONE = 2;
const BAR = { perSecond: 200, calls: 3, mebibytes: 512 } as const;
const MEBIBYTE = 2 ** 20;

interface Figures {
  readonly what: string;
  readonly mints: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly callsPerMint: number;
  readonly duplicates: number;
}

interface Minted extends Figures {
  readonly outstanding: number;
  readonly peakBytes: number;
  readonly attempts: number;
}

/** Mints through the real minter process on a chain of 400 ms slots with losses, beside a plain web3.js loop on an equal chain. */
export const mint: Bench = {
  name: 'mint',
  what: 'mints on a local chain that loses transactions and answers, beside a plain web3.js loop',
  minutes: 5,
  size: { of: 'mints outstanding at once', full: 10_000, quick: 200 },
  run: async ({ size, say }: Run) => {
    const ours = await minted(size);
    say(`${size} mints: ${ours.perSecond.toFixed(0)}/s`);
    const loops = [
      await looped('web3.js, Promise.all of 256', WINDOW * WINDOWS, WINDOW),
      await looped('web3.js, one by one', ONE_BY_ONE, 1),
    ];
    return report(ours, loops);
  },
};

async function minted(mints: number): Promise<Minted> {
  const folder = temporaryFolder('bench-mints');
  const chain = await ChainProcess.start();
  const server = await startNats({ dataDir: `${folder.path}/nats` });
  const admin = await connect(server.connection('provision'));
  await provision(admin);
  await (await TenantRegister.on(admin)).create(TENANT);
  await ask(admin, mints);
  const keysDir = `${folder.path}/keys`;
  const minter = startMinter(server, chain.url, keysDir);
  try {
    const course = await watch(admin, mints);
    const peakBytes = minter.bytes('VmHWM');
    const calls = callsIn(await chain.calm());
    const { payer } = await loadMintKeys(keysDir, 'require');
    const { assets, attempts } = await inTheLog(admin);
    const { duplicates } = await countOnChain(chain.url, payer.publicKey, assets);
    return { what: 'admit-one, one minter process', mints, callsPerMint: calls / mints, duplicates, peakBytes, attempts, ...course };
  } finally {
    await minter.stop();
    await admin.close();
    await server.stop();
    await chain.stop();
    folder.remove();
  }
}

async function ask(admin: NatsConnection, mints: number): Promise<void> {
  const js = jetstream(admin);
  const wallet = Signer.generate().signer.address as Wallet;
  for (let from = 0; from < mints; from += PUBLISHED_AT_ONCE) {
    const count = Math.min(PUBLISHED_AT_ONCE, mints - from);
    await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const unit = `S-${from + index}` as UnitId;
        const order = orderId(TENANT, SALE, `key of ${unit}`);
        const ticket = ticketId(TENANT, SALE, order, unit);
        const command: MintCommand = { tenant: TENANT, sale: SALE, order, ticket, unit, wallet, request: 1, name: 'Bench' };
        return js.publish(`mint.${TENANT}.${ticket}.1`, JSON.stringify(command), { msgID: `mint:${TENANT}:${ticket}:1` });
      }),
    );
  }
}

/** Counts acknowledged mints, whose verdicts are in the log, until none is left. */
async function watch(admin: NatsConnection, mints: number): Promise<Pick<Minted, 'seconds' | 'perSecond' | 'outstanding'>> {
  const jsm = await jetstreamManager(admin);
  const startedAt = performance.now();
  const samples: { readonly at: number; readonly done: number }[] = [];
  let outstanding = 0;
  const isDone = async (): Promise<boolean> => {
    const [{ state }, { num_ack_pending }] = await Promise.all([jsm.streams.info('MINTS'), queue(jsm)]);
    outstanding = Math.max(outstanding, num_ack_pending);
    samples.push({ at: performance.now(), done: mints - state.messages });
    return state.messages === 0;
  };
  await waitFor(isDone, { what: `${mints} mints have their verdict`, timeoutMs: PATIENCE_MS });
  const after = (part: number) => samples.find(({ done }) => done >= mints * part) ?? { at: startedAt, done: 0 };
  const [from, to] = [after(FROM_PART), after(TO_PART)];
  const perSecond = (1_000 * (to.done - from.done)) / (to.at - from.at);
  return { seconds: (performance.now() - startedAt) / 1_000, perSecond, outstanding };
}

/** The minter creates it when it first sees the tenant. */
async function queue(jsm: JetStreamManager): Promise<Pick<ConsumerInfo, 'num_ack_pending'>> {
  for await (const info of jsm.consumers.list('MINTS')) if (info.name === mintQueueOf(TENANT)) return info;
  return { num_ack_pending: 0 };
}

async function inTheLog(admin: NatsConnection): Promise<{ readonly assets: readonly string[]; readonly attempts: number }> {
  const store = await JetStreamEventStore.on(admin);
  const assets: string[] = [];
  let attempts = 0;
  for await (const { events } of store.read(mintSubject(TENANT, SALE), NO_HEAD)) {
    for (const { type, data } of events) {
      if (type === 'MintSubmitted') attempts += 1;
      if (type === 'MintPlanned') assets.push(data.asset);
    }
  }
  return { assets, attempts };
}

async function looped(what: string, mints: number, window: number): Promise<Figures> {
  const chain = await ChainProcess.start();
  try {
    const loop = new Web3Loop(chain.url);
    await loop.fund();
    const startedAt = performance.now();
    await loop.mint(mints, window);
    const seconds = (performance.now() - startedAt) / 1_000;
    const calls = callsIn(await chain.calm());
    const duplicates = (await memosOfMints(loop.connection, loop.payer.publicKey)).length - mints;
    return { what, mints, seconds, perSecond: mints / seconds, callsPerMint: calls / mints, duplicates };
  } finally {
    await chain.stop();
  }
}

function report(ours: Minted, loops: readonly Figures[]): Result {
  const mebibytes = ours.peakBytes / MEBIBYTE;
  const row = (figures: Figures, durability: string, more = {}) => ({
    label: figures.what,
    durability,
    figures: {
      mints: spreadOf([figures.mints]),
      seconds: spreadOf([figures.seconds]),
      perSecond: spreadOf([figures.perSecond]),
      callsPerMint: spreadOf([figures.callsPerMint]),
      duplicates: spreadOf([figures.duplicates]),
      ...more,
    },
  });
  const own = { attempts: spreadOf([ours.attempts]), outstanding: spreadOf([ours.outstanding]), peakMiB: spreadOf([mebibytes]) };
  if (ours.duplicates !== 0) throw new Error(`${ours.duplicates} tickets were minted twice`);
  return {
    title: 'Mints on a chain of 400 ms slots that are final after 32; 5 % of transactions dropped, 1 % of answers lost',
    rows: [
      row(ours, 'MINTS and EVENTS: sync_interval always; chain: finalized', own),
      ...loops.map((figures) => row(figures, 'nothing is stored; chain: finalized')),
    ],
    targets: [
      {
        what: `${BAR.perSecond} mints/s`,
        reached: ours.perSecond >= BAR.perSecond,
        measured: `${shown(ours.perSecond)}/s from 10 % to 90 % done`,
        ifMissed:
          'The local chain, the minter and the bench share the processors, and a small run ends before the minter is at its rate (--size). Next: a chain on a machine of its own.',
      },
      { what: `at most ${BAR.calls} RPC calls a mint`, reached: ours.callsPerMint <= BAR.calls, measured: shown(ours.callsPerMint) },
      { what: `less than ${BAR.mebibytes} MiB`, reached: mebibytes < BAR.mebibytes, measured: `${shown(mebibytes)} MiB` },
      { what: 'no ticket minted twice', reached: true, measured: `${ours.mints} tickets counted on the chain` },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Mints a second on a chain that loses transactions and answers',
        unit: '/s',
        series: ['mints'],
        groups: [ours, ...loops].map(({ what, perSecond }) => ({ label: what, values: [spreadOf([perSecond])] })),
        mark: { at: BAR.perSecond, label: 'target' },
      },
    ],
  };
}
