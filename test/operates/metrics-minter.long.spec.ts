import type { INestApplicationContext } from '@nestjs/common';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { growth, type Scrape, scrape } from '../harness/scrape.js';
import { MinterStage, mintCommand } from '../stages/minter-stage.js';

const stage = MinterStage.forTests('metrics-minter');
let app: INestApplicationContext;

beforeAll(async () => {
  app = await stage.keep(startMinter(readEnvironment(stage.environment), createLogger('minter', 'fatal')));
});

async function growing(metrics: readonly string[], step: () => Promise<unknown>): Promise<readonly Readonly<Record<string, number>>[]> {
  const before = await scrape(app);
  await step();
  const after = await scrape(app);
  return metrics.map((metric) => growth(metric, before, after));
}
const sum = (grown: Readonly<Record<string, number>>): number => Object.values(grown).reduce((all, by) => all + by, 0);
const COUNTED = ['admit_mint_attempts_total', 'admit_mint_verdicts_total', 'admit_mint_attempts_sum', 'admit_mint_attempts_count'];

it('[minting RS3] [blockchain SC-9] counts the attempt that minted a ticket, and its verdict, once', async () => {
  const mint = async (): Promise<void> => {
    await stage.ask(mintCommand('counted', 'A-1'));
    await stage.untilDone();
  };
  expect(await growing(COUNTED, mint)).toEqual([
    { '{what="mint"}': 1 },
    { '{verdict="minted",reason=""}': 1 },
    { '{end="minted"}': 1 },
    { '{end="minted"}': 1 },
  ]);
});

it('counts a minted ticket that becomes void, whose attempts were counted when it was minted', async () => {
  const command = mintCommand('voided', 'A-1');
  await stage.ask(command);
  await stage.untilDone();
  const makeVoid = async (): Promise<void> => {
    await stage.override(command);
    await stage.untilDone();
  };
  expect(await growing(COUNTED, makeVoid)).toEqual([{}, { '{verdict="voided",reason=""}': 1 }, {}, {}]);
});

it('[minting RS3] counts every attempt of a ticket whose transactions the chain drops, as the log does', async () => {
  const stormy = async (): Promise<void> => {
    const ask = (row: string) => Promise.all([1, 2, 3, 4, 5, 6].map((seat) => stage.ask(mintCommand('dropped', `${row}-${seat}`))));
    stage.solana.control.setFault('drop', {});
    await ask('A');
    await waitFor(async () => (await stage.ofType('dropped', 'MintAttemptDied')).length >= 2, { what: 'two died', timeoutMs: 50_000 });
    stage.solana.control.clearFaults();
    await ask('B'); // of which none has to die
    await stage.untilDone();
  };
  // Dropped bytes are sent again while they may land, so only attempts dropped until their expiry die.
  const [attempts, verdicts, needed, tickets] = await growing(COUNTED, stormy);
  const submitted = (await stage.ofType('dropped', 'MintSubmitted')).length;
  const died = (await stage.ofType('dropped', 'MintAttemptDied')).length;
  expect(died).toBeGreaterThanOrEqual(2);
  expect(attempts).toEqual({ '{what="mint"}': submitted });
  expect(verdicts).toEqual({ '{verdict="minted",reason=""}': 12, '{verdict="dead",reason="expired"}': died });
  expect([sum(needed ?? {}), sum(tickets ?? {})]).toEqual([submitted, 12]);
}, 240_000);

it('[blockchain SC-9] counts a mint that fails, and its dead letter', async () => {
  const fail = async (): Promise<void> => {
    await stage.ask({ ...mintCommand('failing', 'A-1'), wallet: 'not a wallet' as never });
    await stage.untilDone();
  };
  expect(await growing(COUNTED, fail)).toEqual([{}, { '{verdict="failed",reason=""}': 1 }, {}, { '{end="failed"}': 1 }]);
});

it('[minting RS3] [blockchain SC-9] counts why mints wait, which deliveries come again, and the calls to the RPC that fail', async () => {
  const wait = async (): Promise<void> => {
    stage.solana.control.setFault('too-many-requests', { probability: 1 });
    let asked = 0;
    const again = async (): Promise<boolean> => {
      asked += 1; // in sequence: for a second after the last mint, the cached chain state suffices for one more
      await stage.ask(mintCommand('waiting', `A-${asked}`));
      return (await scrape(app)).get(AGAIN) !== undefined;
    };
    await waitFor(again, { what: 'one is delivered again', timeoutMs: 60_000 });
    stage.solana.control.clearFaults();
    await stage.untilDone();
  };
  const [faults, calls, deliveries] = await growing(['admit_mint_faults_total', 'admit_rpc_calls_total', 'admit_deliveries_total'], wait);
  expect(faults?.['{code="chain-unreachable"}']).toBeGreaterThanOrEqual(1);
  expect(Object.keys(calls ?? {})).toContainEqual(expect.stringMatching(/outcome="rate-limited"/));
  expect(deliveries?.[AGAIN.slice('admit_deliveries_total'.length)]).toBeGreaterThanOrEqual(1);
});
const AGAIN = 'admit_deliveries_total{stream="MINTS",consumer="minter",delivery="again"}';

it('[blockchain SC-9] shows mints in work, the age of the oldest, and the number of mints that the payer can pay for', async () => {
  stage.solana.control.setFault('drop', { probability: 1 });
  await stage.ask(mintCommand('old', 'A-1'));
  const at = (page: Scrape, series: string): number => page.get(series) ?? Number.NaN;
  await waitFor(async () => at(await scrape(app), 'admit_mints{state="sent"}') === 1, { what: 'it is sent', timeoutMs: 60_000 });
  // The balance is read every ten seconds: the first scrape found the account still empty.
  await waitFor(async () => at(await scrape(app), 'admit_payer_lamports') > 1_000_000, { what: 'funds', timeoutMs: 60_000 });
  const page = await scrape(app);
  expect(at(page, 'admit_consumer_oldest_seconds{stream="MINTS",consumer="minter"}')).toBeGreaterThan(0);
  expect(at(page, 'admit_consumer_ack_pending{stream="MINTS",consumer="minter"}')).toBe(1);
  expect(at(page, 'admit_payer_mints')).toBeGreaterThan(100);
  expect(at(page, 'admit_funds_paused')).toBe(0);
  stage.solana.control.clearFaults();
  await stage.untilDone();
  await waitFor(async () => at(await scrape(app), 'admit_mints{state="sent"}') === 0, { what: 'none is', timeoutMs: 60_000 });
  const oldest = 'admit_consumer_oldest_seconds{stream="MINTS",consumer="minter"}';
  await waitFor(async () => at(await scrape(app), oldest) === 0, { what: 'none is old', timeoutMs: 60_000 });
});
