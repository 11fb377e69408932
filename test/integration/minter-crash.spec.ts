import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MintCommand } from '#shared/domain/mint/events.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import type { Failpoint } from '../../apps/minter/src/failpoint.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { assetOnChain, type MinterStage, mintCommand, mintsThatLanded, openMinterStage } from './minter-stage.js';

const PATIENCE_MS = 30_000;
const TICKETS = 5;
/** A signed transaction lives 150 slots: 15 s, longer than a process takes to come back on a busy machine. */
const SLOT_MS = 100;
let stage: MinterStage;
const children: ChildProcess[] = [];

/** The real process, as it is deployed. */
function startProcess(failpoint: Failpoint | ''): ChildProcess {
  const main = join(projectFolder(), 'dist', 'apps', 'minter', 'src', 'main.js');
  const env = { ...stage.environment, NODE_ENV: 'test', FAILPOINT: failpoint };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  children.push(child);
  return child;
}

async function diesBy(child: ChildProcess): Promise<unknown> {
  const [, signal] = await once(child, 'exit');
  return signal;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

beforeAll(async () => {
  stage = await openMinterStage('minter-crash', SLOT_MS);
}, 180_000);
afterEach(async () => {
  await Promise.all(children.splice(0).map(end)); // whatever a failed test left must not work for the next
});
afterAll(async () => {
  await stage?.close();
}, 30_000);

const mintsInAll = async (): Promise<number> => {
  const keys = await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'create');
  return (await mintsThatLanded(stage.rpc, keys.payer.publicKey)).length;
};

async function askFor(sale: string): Promise<readonly MintCommand[]> {
  const commands = Array.from({ length: TICKETS }, (_, index) => mintCommand(sale, `S-${index}`));
  for (const command of commands) await stage.ask(command);
  return commands;
}

/** One asset a ticket, and every one of them made by an attempt that was in the log before it was sent. */
async function expectOneEach(sale: string, commands: readonly MintCommand[], mintsBefore: number): Promise<void> {
  const completed = await stage.ofType(sale, 'MintCompleted');
  const submitted = await stage.ofType(sale, 'MintSubmitted');
  expect(completed.map(({ data }) => data.ticket).sort()).toEqual(commands.map(({ ticket }) => ticket).sort());
  expect(await mintsInAll()).toBe(mintsBefore + TICKETS);
  for (const { data } of completed) {
    expect(submitted.map((event) => event.data.signature)).toContain(data.signature);
    expect(await assetOnChain(stage.rpc, data.asset)).toMatchObject({ supply: 1n, mintAuthority: null, holders: [data.wallet] });
  }
}

describe.each<{ failpoint: Failpoint; logged: boolean }>([
  { failpoint: 'before-sign', logged: false },
  { failpoint: 'between-log-and-send', logged: true },
  { failpoint: 'between-send-and-completion', logged: true },
])('a minter killed $failpoint', ({ failpoint, logged }) => {
  it('[minting QJ4] [minting NM6] [minting DL4] [blockchain NFT-3] [blockchain TP-6] leaves one asset for every ticket, and sends again the very bytes that were logged', async () => {
    const before = await mintsInAll();
    const commands = await askFor(failpoint);
    expect(await diesBy(startProcess(failpoint))).toBe('SIGKILL');
    const submitted = await stage.ofType(failpoint, 'MintSubmitted');
    expect(submitted.length > 0).toBe(logged);
    expect(await stage.ofType(failpoint, 'MintCompleted')).toEqual([]);

    await stage.forgetDeliveries();
    const next = startProcess('');
    await stage.untilDone();
    await expectOneEach(failpoint, commands, before);
    const after = await stage.ofType(failpoint, 'MintSubmitted');
    expect(after.slice(0, submitted.length)).toEqual(submitted);
    expect(after).toHaveLength(TICKETS); // no attempt was signed anew for a ticket that had one
    const landed = (await stage.ofType(failpoint, 'MintCompleted')).map(({ data }) => data.signature);
    expect(landed.sort()).toEqual(after.map(({ data }) => data.signature).sort());
    await end(next);
  });
});

it('survives kill -9 again and again in the middle of its work', async () => {
  const before = await mintsInAll();
  const sale = 'again';
  const commands = await askFor(sale);
  for (let time = 1; time <= 3; time += 1) {
    const child = startProcess('');
    const gone = diesBy(child);
    await waitFor(async () => (await stage.events(sale)).length >= 4 * time, { what: 'some work is done', timeoutMs: PATIENCE_MS });
    child.kill('SIGKILL');
    expect(await gone).toBe('SIGKILL');
    await stage.forgetDeliveries();
  }
  const last = startProcess('');
  await stage.untilDone();
  await expectOneEach(sale, commands, before);
  await end(last);
});
