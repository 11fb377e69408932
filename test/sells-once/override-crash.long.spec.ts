import type { MintCommand } from '#shared/domain/mint/events.js';
import { waitFor } from '../../dev/processes/wait.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { assetOnChain, MinterStage } from '../stages/minter-stage.js';

const PATIENCE_MS = 60_000;
const TICKETS = 5;
const SLOT_MS = 100;
const stage = MinterStage.forTests('override-crash', { slotMs: SLOT_MS });
const minters = new MinterProcesses(stage);
afterEach(async () => {
  stage.solana.control.resume();
  await minters.endAll();
});

async function expectVoidOnceEach(sale: string, commands: readonly MintCommand[]): Promise<void> {
  const voided = (await stage.ofType(sale, 'MintVoided')).map(({ data }) => data.ticket);
  expect(voided.sort()).toEqual(commands.map(({ ticket }) => ticket).sort());
  for (const { data } of await stage.ofType(sale, 'MintCompleted'))
    expect(await assetOnChain(stage.rpc, data.asset)).toMatchObject({ supply: 1n, holders: [data.wallet] });
}

it('[L1] [L2] writes each void ticket once although the minter is killed between the verdict on its mint and that', async () => {
  const before = await minters.mintsInAll();
  const commands = await minters.askFor('killed', TICKETS);
  await minters.end(await mintedBy(commands, 'killed'));
  for (const command of commands) await stage.override(command);
  expect(await minters.diesBy(minters.start('before-void:3'))).toBe('SIGKILL');
  expect((await stage.ofType('killed', 'MintVoided')).length).toBeLessThan(TICKETS);
  await stage.forgetDeliveries();
  const [first, second] = [minters.start(), minters.start()];
  await stage.untilDone();
  await minters.expectOneEach('killed', commands, before);
  await expectVoidOnceEach('killed', commands);
  await Promise.all([minters.end(first), minters.end(second)]);
});

it('[L1] [L2] leaves one asset, void, of each ticket that is given up while its mint is on its way, whenever the minter is killed', async () => {
  const before = await minters.mintsInAll();
  const commands = await minters.askFor('on-its-way', TICKETS);
  stage.solana.control.pause(); // nothing becomes final before the last of them is sent
  expect(await minters.diesBy(minters.start(`between-send-and-completion:${TICKETS}`))).toBe('SIGKILL');
  stage.solana.control.resume();
  expect((await stage.ofType('on-its-way', 'MintSubmitted')).length).toBeGreaterThan(0);
  expect(await stage.ofType('on-its-way', 'MintCompleted')).toEqual([]);
  for (const command of commands) await stage.override(command);
  await stage.forgetDeliveries();
  expect(await minters.diesBy(minters.start('before-void:2'))).toBe('SIGKILL');
  await stage.forgetDeliveries();
  minters.start();
  await stage.untilDone();
  await minters.expectOneEach('on-its-way', commands, before);
  await expectVoidOnceEach('on-its-way', commands);
});

async function mintedBy(commands: readonly MintCommand[], sale: string) {
  const minter = minters.start();
  const isDone = async (): Promise<boolean> => (await stage.ofType(sale, 'MintCompleted')).length === commands.length;
  await waitFor(isDone, { what: 'all are minted', timeoutMs: PATIENCE_MS });
  await stage.untilDone();
  return minter;
}
