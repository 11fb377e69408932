import type { Failpoint } from '../../apps/minter/src/minting/failpoint.js';
import { waitFor } from '../../dev/processes/wait.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { MinterStage } from '../stages/minter-stage.js';

const PATIENCE_MS = 60_000;
const TICKETS = 5;
/** A signed transaction lives 150 slots: 30 s, longer than a process takes to come back on a busy machine. */
const SLOT_MS = 200;
const stage = MinterStage.forTests('minter-crash', { slotMs: SLOT_MS });
const minters = new MinterProcesses(stage);
afterEach(() => minters.endAll()); // processes of a failed test must not work for the next

describe.each<{ failpoint: Failpoint; logged: boolean }>([
  { failpoint: 'before-sign', logged: false },
  { failpoint: 'between-log-and-send', logged: true },
  { failpoint: 'between-send-and-completion', logged: true },
])('a minter killed $failpoint', ({ failpoint, logged }) => {
  it('[minting QJ4] [minting NM6] [minting DL4] [blockchain NFT-3] [blockchain TP-6] leaves one asset for every ticket, and sends again the very bytes that were logged', async () => {
    const before = await minters.mintsInAll();
    const commands = await minters.askFor(failpoint, TICKETS);
    expect(await minters.diesBy(minters.start(failpoint))).toBe('SIGKILL');
    const submitted = await stage.ofType(failpoint, 'MintSubmitted');
    expect(submitted.length > 0).toBe(logged);
    expect(await stage.ofType(failpoint, 'MintCompleted')).toEqual([]);

    await stage.forgetDeliveries();
    const next = minters.start('');
    await stage.untilDone();
    await minters.expectOneEach(failpoint, commands, before);
    const after = await stage.ofType(failpoint, 'MintSubmitted');
    expect(after.slice(0, submitted.length)).toEqual(submitted);
    expect(after).toHaveLength(TICKETS); // no ticket with an attempt got a second one
    const landed = (await stage.ofType(failpoint, 'MintCompleted')).map(({ data }) => data.signature);
    expect(landed.sort()).toEqual(after.map(({ data }) => data.signature).sort());
    await minters.end(next);
  });
});

it('leaves its work to another one, to whom the broker hands it after the ack wait', async () => {
  const before = await minters.mintsInAll();
  const sale = 'handed-over';
  const commands = await minters.askFor(sale, TICKETS);
  expect(await minters.diesBy(minters.start('between-log-and-send'))).toBe('SIGKILL');
  minters.start();
  await stage.untilDone(); // less patient than an ack wait of half a minute
  await minters.expectOneEach(sale, commands, before);
});

it('survives kill -9 again and again in the middle of its work', async () => {
  const before = await minters.mintsInAll();
  const sale = 'again';
  const commands = await minters.askFor(sale, TICKETS);
  for (let time = 1; time <= 3; time += 1) {
    const child = minters.start('');
    const gone = minters.diesBy(child);
    await waitFor(async () => (await stage.events(sale)).length >= 4 * time, { what: 'some work is done', timeoutMs: PATIENCE_MS });
    child.kill('SIGKILL');
    expect(await gone).toBe('SIGKILL');
    await stage.forgetDeliveries();
  }
  const last = minters.start('');
  await stage.untilDone();
  await minters.expectOneEach(sale, commands, before);
  await minters.end(last);
});
