import { LAMPORTS_PER_SOL } from '@solana/web3.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { healthUrlOf, scrape } from '../harness/scrape.js';
import { MinterStage, mintCommand } from '../stages/minter-stage.js';

/** A minter waits for funds, and for the chain of its plans. Meanwhile it fails no mint, and it continues by itself. */

const PATIENCE_MS = 60_000;
/** More than an attempt lives, and until that is final. */
const EXPIRED_SLOTS = 300;
let stage: MinterStage;

async function start(more: Readonly<Record<string, string>> = {}) {
  const environment = readEnvironment({ ...stage.environment, ...more });
  return stage.keep(startMinter(environment, createLogger('minter', 'silent')));
}
type App = Awaited<ReturnType<typeof start>>;

async function ready(app: App): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(`${healthUrlOf(app)}/health/ready`);
  return { status: response.status, body: await response.text() };
}
const shows = async (app: App, series: string): Promise<number> => (await scrape(app)).get(series) ?? Number.NaN;
const until = (what: string, isSo: () => Promise<boolean>) => waitFor(isSo, { what, timeoutMs: PATIENCE_MS });
const typesIn = async (sale: string) => (await stage.events(sale)).map(({ type }) => type);
const askFor = async (sale: string, tickets: number) => {
  for (let number = 0; number < tickets; number += 1) await stage.ask(mintCommand(sale, `S-${number}`));
};

beforeEach(async () => {
  stage = new MinterStage('minter-pauses');
  await stage.open();
}, 180_000);
afterEach(() => stage.close());

it('[blockchain SC-9] signs no more than the payer can pay for, reports that it waits, and continues when there are funds', async () => {
  const { payer } = await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'create');
  // About fifteen mints' worth: ten of them are the margin.
  await stage.rpc.requestAirdrop(payer.publicKey, LAMPORTS_PER_SOL / 10);
  await until('it has them', async () => (await stage.rpc.getBalance(payer.publicKey)) > 0);
  const app = await start({ MINT_AIRDROP: 'off' });
  await askFor('poor', 20);
  let signed = 0;
  let minted = 0;
  // It may stop early while some mints are in flight, and sign one more when those cost less than the maximum.
  await until('it waits, and everything that it signed is minted', async () => {
    const types = await typesIn('poor');
    [signed, minted] = ['MintSubmitted', 'MintCompleted'].map((type) => types.filter((each) => each === type).length) as [number, number];
    return signed === minted && (await shows(app, 'admit_funds_paused')) === 1 && (await shows(app, 'admit_mints{state="sent"}')) === 0;
  });
  expect(minted).toBeGreaterThan(0);
  expect(minted).toBeLessThan(20);
  await until('it says why', async () => {
    const { status, body } = await ready(app);
    return status === 503 && body.includes('low on funds');
  });

  await stage.rpc.requestAirdrop(payer.publicKey, 10 * LAMPORTS_PER_SOL);
  await stage.untilDone();
  const types = await typesIn('poor');
  expect(['MintCompleted', 'MintSubmitted'].map((type) => types.filter((each) => each === type).length)).toEqual([20, 20]);
  expect(types.filter((type) => !['MintPlanned', 'MintSubmitted', 'MintCompleted'].includes(type))).toEqual([]);
  await until('it says so', async () => (await shows(app, 'admit_funds_paused')) === 0 && (await ready(app)).status === 200);
}, 240_000);

it('[L2] refuses to start on another chain than configured', async () => {
  await expect(start({ SOLANA_GENESIS_HASH: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' })).rejects.toMatchObject({
    code: 'chain-differs',
  });
});

it('[L2] stops while the node serves another chain: it plans, signs and dead-letters nothing, and continues when the node serves its own again', async () => {
  const { control } = stage.solana;
  const app = await start();
  await askFor('before', 1);
  await stage.untilDone();
  control.pause();
  await stage.ask(mintCommand('before', 'flying'));
  await until('it is sent', async () => (await shows(app, 'admit_mints{state="sent"}')) === 1);
  const before = await stage.events('before');

  control.setFault('wrong-genesis', {});
  // A response is cached for a second: from then on nothing is planned.
  await until('it is not ready', async () => /"chain":"chain-differs.*"outstanding":"chain-differs/.test((await ready(app)).body));
  control.advance(EXPIRED_SLOTS); // not before: a read that began on its own chain shows what landed there
  control.resume();
  await askFor('meanwhile', 3);
  const differs = 'admit_mint_faults_total{code="chain-differs"}';
  await until('it says so of each', async () => (await shows(app, differs)) >= 3);
  expect([await stage.events('meanwhile'), await stage.events('before')]).toEqual([[], before]);

  control.clearFaults();
  await stage.forgetDeliveries(); // a minute later they would be handed out again
  await stage.untilDone();
  const types = [...(await typesIn('meanwhile')), ...(await typesIn('before'))];
  expect(types.filter((type) => type === 'MintCompleted')).toHaveLength(5);
  expect(types).not.toContain('MintAttemptDied');
  await until('it is ready', async () => (await ready(app)).status === 200);
}, 240_000);
