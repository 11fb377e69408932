import { MINT_STEPS } from '../../apps/minter/src/failpoint.js';
import { waitFor } from '../../dev/processes/wait.js';
import { seededRandom } from '../../dev/solana/fault-switches.js';
import { MinterProcesses } from './minter-processes.js';
import { type MinterStage, mintCommand, openMinterStage } from './minter-stage.js';

/** Every step at which a minter may be killed, and a minter that falls asleep while another takes over; `npm run test:crashes` tries many times. */

const LONG = process.env.CRASHES === 'long';
/** The short form tries one step; minter-crash.spec tries each of them alone. */
const STEPS = LONG ? MINT_STEPS : MINT_STEPS.filter((step) => step === 'between-log-and-send');
const SEEDS = Array.from({ length: LONG ? 20 : 1 }, (_, index) => index + 1);
const TAKEOVERS = Array.from({ length: LONG ? 100 : 1 }, (_, index) => index + 1);
const MOST_TICKETS = 8;
const PATIENCE_MS = 30_000;
/** A signed transaction lives 15 s: longer than a process takes to come back. */
const SLOT_MS = 100;
let stage: MinterStage;
let minters: MinterProcesses;

beforeAll(async () => {
  stage = await openMinterStage('minter-matrix', SLOT_MS);
  minters = new MinterProcesses(stage);
}, 180_000);
afterEach(async () => {
  stage.solana.control.clearFaults();
  await minters?.endAll();
});
afterAll(async () => {
  await stage?.close();
}, 30_000);

describe.each(STEPS)('a minter killed %s', (step) => {
  it.each(SEEDS)('at any ticket, on a chain that loses and lies, leaves one asset for each (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const tickets = 1 + Math.floor(random() * MOST_TICKETS);
    const passing = 1 + Math.floor(random() * tickets);
    const sale = `${step}-${seed}`;
    const before = await minters.mintsInAll();
    const commands = await minters.askFor(sale, tickets);
    for (const fault of ['drop', 'land-then-time-out', 'error-then-land', 'null-status', 'html'])
      stage.solana.control.setFault(fault, { probability: random() / 5 });
    expect(await minters.diesBy(minters.start(`${step}:${passing}`))).toBe('SIGKILL');
    await stage.forgetDeliveries();
    minters.start();
    await stage.untilDone();
    stage.solana.control.clearFaults();
    await minters.expectOneEach(sale, commands, before);
  });
});

it.each(TAKEOVERS)('lets a minter that slept past its time add nothing to what another one finished (%i)', async (time) => {
  const sale = `asleep-${time}`;
  const before = await minters.mintsInAll();
  const sleeper = minters.start();
  const commands = await minters.askFor(sale, MOST_TICKETS);
  await waitFor(async () => (await stage.ofType(sale, 'MintSubmitted')).length > 0, {
    what: 'something was signed',
    timeoutMs: PATIENCE_MS,
  });
  sleeper.kill('SIGSTOP');
  await stage.forgetDeliveries(); // what the broker does when the time to acknowledge is over
  const other = minters.start();
  await stage.untilDone();
  await minters.end(other);
  const finished = await stage.events(sale);

  sleeper.kill('SIGCONT');
  const late = mintCommand(sale, 'late'); // only the sleeper can mint it, and has judged what it held before that is final
  await stage.ask(late);
  await stage.untilDone();
  const events = await stage.events(sale);
  expect(events.slice(0, finished.length)).toEqual(finished);
  expect(events.slice(finished.length).map(({ data }) => data.ticket)).toEqual([late.ticket, late.ticket, late.ticket]);
  await minters.expectOneEach(sale, [...commands, late], before);
});
