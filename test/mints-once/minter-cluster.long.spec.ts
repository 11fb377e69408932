import { jetstreamManager } from '@nats-io/jetstream';
import { mintQueueOf } from '#shared/platform/topology/mint-queues.js';
import { waitFor } from '../../dev/processes/wait.js';
import { CutStage } from '../stages/cut-stage.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { MinterStage, TENANT } from '../stages/minter-stage.js';

/** Enough mints that a minter is in the middle of them at the fault. */
const TICKETS = 100;
const BEGUN_MS = 90_000;
/** An election, the ack wait of ten seconds of an unreachable minter's commands, and the mints. */
const DONE_MS = 180_000;
const LED_MS = 180_000;
const LOOK_MS = 5_000;
/** A signed transaction lives 150 slots: 37 s, longer than an election; and none is final within a second. */
const SLOT_MS = 250;

const cluster = CutStage.forTests();
const stage = MinterStage.forTests('minter-cluster', { slotMs: SLOT_MS, on: cluster });
const minters = new MinterProcesses(stage);
afterEach(() => minters.endAll()); // processes of a failed test must not work for the next

/** Some of the mints are planned, perhaps signed, and not all are done. */
async function underWay(sale: string): Promise<void> {
  const isPlanned = async (): Promise<boolean> => (await stage.events(sale)).length > 0;
  await waitFor(isPlanned, { what: 'mints are under way', timeoutMs: BEGUN_MS });
  expect((await stage.ofType(sale, 'MintCompleted')).length).toBeLessThan(TICKETS);
}

/** Of the consumer by which minters get their work. */
async function leaderOfWork(after?: string): Promise<string> {
  let leader = '';
  const isLed = async (): Promise<boolean> => {
    const jsm = await jetstreamManager(stage.admin, { checkAPI: false, timeout: LOOK_MS });
    leader = (await jsm.consumers.info('MINTS', mintQueueOf(TENANT))).cluster?.leader ?? '';
    return leader !== '' && leader !== after;
  };
  await waitFor(isLed, { what: 'the consumer of the minters is led', timeoutMs: LED_MS });
  return leader;
}

it('[L2] mints every ticket once while the server that leads EVENTS and MINTS is cut off, and a minter with it', async () => {
  const sale = 'cut-off';
  const before = await minters.mintsInAll();
  for (const stream of ['EVENTS', 'MINTS']) await cluster.stepDown(stream, cluster.island);
  const urlOf = (name: string): string => cluster.log.server.node(name).url;
  const commands = await minters.askFor(sale, TICKETS);
  for (const name of [cluster.island, cluster.mainland]) minters.start('', 0, { NATS_URL: urlOf(name) });
  await underWay(sale);
  cluster.cutOff('severed');
  try {
    await cluster.leaderOf('EVENTS', cluster.island);
    await stage.untilDone(DONE_MS);
  } finally {
    await cluster.heal(); // the next test needs all three
  }
  await cluster.isWhole();
  await minters.endAll();
  await minters.expectOneEach(sale, commands, before);
}, 500_000);

const kills: readonly (readonly [what: string, leader: () => Promise<string>])[] = [
  ['of EVENTS', () => cluster.leaderOf('EVENTS')],
  ['of the consumer that hands out mints', () => leaderOfWork()],
];

it.each(kills)(
  '[L2] mints every ticket once while the leader %s is killed',
  async (what, leader) => {
    const sale = what.replaceAll(' ', '-');
    const before = await minters.mintsInAll();
    const commands = await minters.askFor(sale, TICKETS);
    minters.start();
    await underWay(sale);
    const killed = await leader();
    await cluster.log.server.node(killed).kill9();
    try {
      await Promise.all([cluster.leaderOf('EVENTS', killed), leaderOfWork(killed)]);
    } finally {
      await cluster.log.server.node(killed).restart(); // the next test needs all three
    }
    await stage.untilDone(DONE_MS);
    await minters.endAll();
    await minters.expectOneEach(sale, commands, before);
    await cluster.isWhole();
  },
  600_000,
);
