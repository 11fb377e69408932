import { jetstreamManager } from '@nats-io/jetstream';
import { PublicKey } from '@solana/web3.js';
import { metadataPath } from '#shared/domain/mint/metadata-document.js';
import { memoOf, recordOf } from '#shared/domain/mint/ticket-record.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { assetOnChain, MinterStage, mintCommand, mintsThatLanded, newWallet, TENANT } from '../stages/minter-stage.js';

const stage = MinterStage.forTests('minter');

async function start() {
  const environment = readEnvironment(stage.environment);
  return stage.keep(startMinter(environment, createLogger('minter', environment.LOG_LEVEL)));
}

const payer = async (): Promise<PublicKey> => (await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'require')).payer.publicKey;
const mintsInAll = async (): Promise<number> => (await mintsThatLanded(stage.rpc, await payer())).length;

beforeAll(start);

it('[minting QJ6] [minting NM7] mints an asset that an RPC alone shows: one, for the right wallet, finalized, immutable', async () => {
  const command = mintCommand('show', 'A-1');
  await stage.ask(command);
  await stage.untilDone();
  expect((await stage.events('show')).map(({ type }) => type)).toEqual(['MintPlanned', 'MintSubmitted', 'MintCompleted']);
  const [planned] = await stage.ofType('show', 'MintPlanned');
  const [completed] = await stage.ofType('show', 'MintCompleted');
  const asset = completed?.data.asset ?? '';
  expect(await assetOnChain(stage.rpc, asset)).toMatchObject({
    supply: 1n,
    decimals: 0,
    mintAuthority: null,
    freezeAuthority: null,
    metadata: {
      name: 'Gala 2027',
      symbol: 'ADMIT',
      uri: `urn:admit-one:${metadataPath(TENANT, command.ticket)}`,
      updateAuthority: new PublicKey(asset),
    },
    holders: [command.wallet],
  });
  expect(completed?.data).toMatchObject({ ticket: command.ticket, wallet: command.wallet, supply: '1', holder: command.wallet });
  expect((await stage.rpc.getSignatureStatus(completed?.data.signature ?? '')).value).toMatchObject({
    confirmationStatus: 'finalized',
    err: null,
  });
  const transaction = await stage.rpc.getTransaction(completed?.data.signature ?? '', {
    maxSupportedTransactionVersion: 0,
    commitment: 'finalized',
  });
  const plan = planned!.data;
  expect(plan.memo).toBe(memoOf(recordOf(TENANT, 'show', plan), plan.salt));
  expect(transaction?.meta?.logMessages?.join()).toContain(plan.memo);
});

it('[minting IK6] [minting QJ4] [minting RS4] mints a ticket once, however often it is asked for', async () => {
  const before = await mintsInAll();
  const command = mintCommand('once', 'A-1');
  await Promise.all([stage.ask(command), stage.ask(command), stage.ask(command)]);
  await stage.untilDone();
  await stage.ask(command, 'another message id'); // the work queue forgot the first: it comes through to the minter again
  await stage.ask({ ...command, request: 2, wallet: newWallet() });
  await stage.untilDone();
  expect((await stage.events('once')).map(({ type }) => type)).toEqual(['MintPlanned', 'MintSubmitted', 'MintCompleted']);
  expect(await mintsInAll()).toBe(before + 1);
});

it('[minting QJ5] [minting RS6] fails a ticket with an invalid wallet, stores a dead letter, and mints it after a corrected request', async () => {
  const command = mintCommand('corrected', 'A-1');
  await stage.ask({ ...command, wallet: 'not a wallet' as never });
  await stage.untilDone();
  expect(await stage.ofType('corrected', 'MintFailed')).toMatchObject([
    { data: { ticket: command.ticket, request: 1, reason: expect.stringContaining('wallet-invalid') } },
  ]);
  const jsm = await jetstreamManager(stage.admin);
  const deadLetter = await jsm.streams.getMessage('DEAD', { last_by_subj: `dead.MINTS.${TENANT}.${command.ticket}.1` });
  expect(deadLetter?.json()).toMatchObject({ reason: expect.stringContaining('wallet-invalid') });
  await stage.ask({ ...command, request: 2 });
  await stage.untilDone();
  expect(await stage.ofType('corrected', 'MintCompleted')).toHaveLength(1);
});

it('[minting RS6] dead-letters an unreadable command', async () => {
  const command = mintCommand('unreadable', 'A-1');
  await stage.ask({ ...command, name: 42 as never });
  await stage.untilDone();
  const deadLetter = await (await jetstreamManager(stage.admin)).streams.getMessage('DEAD', {
    last_by_subj: `dead.MINTS.${TENANT}.${command.ticket}.1`,
  });
  expect(deadLetter?.json()).toMatchObject({ reason: expect.stringContaining('command-unreadable') });
  expect(await stage.events('unreadable')).toEqual([]);
});

it('[minting DL1] [minting NM4] shares one sale between two minters without minting anything twice', async () => {
  await start();
  const before = await mintsInAll();
  const commands = Array.from({ length: 40 }, (_, index) => mintCommand('shared', `S-${index}`));
  await Promise.all(commands.map((command) => stage.ask(command)));
  await stage.untilDone();
  const completed = await stage.ofType('shared', 'MintCompleted');
  expect(new Set(completed.map(({ data }) => data.ticket))).toEqual(new Set(commands.map(({ ticket }) => ticket)));
  expect(completed).toHaveLength(commands.length);
  expect(await mintsInAll()).toBe(before + commands.length);
});

it('[minting NM8] [blockchain NFT-6] mints every ticket once through dropped, late and wrongly reported transactions', async () => {
  const before = await mintsInAll();
  stage.solana.control.setFault('drop', { probability: 0.15 });
  stage.solana.control.setFault('land-then-time-out', { probability: 0.1 });
  stage.solana.control.setFault('error-then-land', { probability: 0.15 });
  const commands = Array.from({ length: 60 }, (_, index) => mintCommand('stormy', `S-${index}`));
  await Promise.all(commands.map((command) => stage.ask(command)));
  await stage.untilDone();
  stage.solana.control.clearFaults();
  const completed = await stage.ofType('stormy', 'MintCompleted');
  expect(completed).toHaveLength(commands.length);
  expect(await stage.ofType('stormy', 'MintFailed')).toEqual([]);
  expect(await mintsInAll()).toBe(before + commands.length);
  for (const { data } of completed.slice(0, 10))
    expect(await assetOnChain(stage.rpc, data.asset)).toMatchObject({ supply: 1n, holders: [data.wallet] });
});
