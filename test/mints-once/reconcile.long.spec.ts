import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createBurnInstruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  PublicKey,
  sendAndConfirmTransaction,
  Transaction,
  type TransactionInstruction,
} from '@solana/web3.js';
import type { MintCommand, MintEvent, MintPlan } from '#shared/domain/mint/events.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';
import type { Drift } from '../../apps/minter/src/reconcile/drift.js';
import type { Reconciled } from '../../apps/minter/src/reconcile/reconciliation.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { AT, LedgerStage, opening } from '../stages/ledger-stage.js';
import { mintCommand } from '../stages/minter-stage.js';
import { apiKeyOf } from '../stages/selling.js';

const STARTS_SERVERS_MS = 180_000;
const SALE = 'gala';
const UNITS = 8;
const STYLE = { symbol: 'ADMIT', uriPrefix: 'urn:admit-one:' };
const stage = LedgerStage.forTests('reconcile-ledger');
const folder = stage.folder('reconcile');
/** Buyers with keys: they may give away or burn their assets. */
const buyers = Array.from({ length: UNITS }, () => Keypair.generate());
const commands = buyers.map(({ publicKey }, n) => mintCommand(SALE, `A-${n}`, { wallet: publicKey.toBase58() as Wallet }));

let solana: LocalSolana;
let rpc: Connection;
let admin: NatsConnection;
let chain: Token2022Chain;
let assets: string[];

const at = AT + 60_000;
const recorded = (events: readonly object[]): Recorded[] => events.map((event) => ({ ...event, at })) as unknown as Recorded[];

/** The order of all of them, as the sale writes it down. */
const ordered = (): Recorded[] => {
  const tickets = commands.map(({ ticket, unit }) => ({ ticket, unit }));
  const priced = tickets.map((ticket) => ({ ...ticket, price: `${20_000 / tickets.length}` }));
  const [{ order }] = commands as [MintCommand];
  const decision = {
    operation: 'o',
    key: 'k',
    keyHash: 'h',
    fingerprint: 'f',
    request: {},
    outcome: 'accepted',
    status: 201,
    body: '{}',
    emitted: 3,
  };
  const requested = tickets.map((ticket) => ({ ...ticket, request: 1 }));
  return recorded([
    { type: 'CommandDecided', data: decision },
    { type: 'OrderPlaced', data: { order, buyer: 'b', wallet: 'W', tickets: priced, total: { amount: '20000', currency: 'EUR' } } },
    { type: 'OrderConfirmed', data: { order } },
    { type: 'MintsRequested', data: { order, name: SALE, wallet: 'W', tickets: requested } },
  ]);
};

const settings = () => ({ ...operatorOf(stage.nats), DATABASE_REPLAY_URL: stage.urls.replay, SOLANA_RPC_URL: solana.url });
const reconcile = (...args: string[]): Promise<Ran> => admit(settings(), 'reconcile', ...args);
async function drifts(...args: string[]): Promise<readonly Drift[]> {
  const { code, out, error } = await reconcile('--json', ...args);
  expect([error, [0, 1].includes(code)]).toEqual(['', true]);
  return (JSON.parse(out) as Reconciled).drifts;
}
const kinds = (found: readonly Drift[], ticket?: string) =>
  found.filter((each) => ticket === undefined || each.ticket === ticket).map(({ kind }) => kind);

async function send(instructions: readonly TransactionInstruction[], signer: Keypair): Promise<void> {
  const airdrop = await rpc.requestAirdrop(signer.publicKey, LAMPORTS_PER_SOL);
  const landed = async (signature: string) => (await rpc.getSignatureStatus(signature)).value?.confirmationStatus === 'finalized';
  await waitFor(() => landed(airdrop), { what: 'the airdrop is final', timeoutMs: 60_000 });
  const signature = await sendAndConfirmTransaction(rpc, new Transaction().add(...instructions), [signer]);
  await waitFor(() => landed(signature), { what: 'the transaction is final', timeoutMs: 60_000 });
}
const holding = (n: number, owner = buyers[n]!.publicKey): PublicKey =>
  getAssociatedTokenAddressSync(new PublicKey(assets[n]!), owner, false, TOKEN_2022_PROGRAM_ID);

const planOf = async (command: MintCommand): Promise<MintPlan> => planMint(command, chain, await chain.genesisHash(), STYLE);
/** A transaction with the minter's keys that is not logged first. */
async function mintUnlogged(plan: MintPlan): Promise<string> {
  const signed = await chain.prepare(plan, 1);
  await chain.submit({ ticket: plan.ticket, attempt: 1, ...signed }, true);
  const landed = async () => (await rpc.getSignatureStatus(signed.signature)).value?.confirmationStatus === 'finalized';
  await waitFor(landed, { what: 'it is final', timeoutMs: 60_000 });
  return signed.signature;
}
/** An entry of a broken log for a ticket of another sale. */
const logs = (sale: string, events: readonly MintEvent[]): Promise<number> => stage.append(mintSubject('demo', sale), recorded(events));
const submitted = ({ ticket }: MintPlan): MintEvent => ({
  type: 'MintSubmitted',
  data: { ticket, attempt: 1, signature: `sig-${ticket}`, transaction: '', blockhash: 'b', lastValidBlockHeight: '1' } as never,
});
const completed = ({ ticket, order, unit, wallet, asset }: MintPlan): MintEvent => ({
  type: 'MintCompleted',
  data: { ticket, order, unit, wallet, asset, signature: `sig-${ticket}`, slot: '1', supply: '1', holder: wallet },
});

/** Its order is given up with an override: the sale, the minter and the sale again write it down. */
async function makeVoid({ tenant, sale, ticket, order, unit }: MintCommand, done: () => Promise<void>): Promise<void> {
  const tickets = [{ ticket, unit }];
  await stage.append(saleSubject('demo', SALE), recorded([{ type: 'RevocationsRequested', data: { order, tickets, override: true } }]));
  const command = { tenant, sale, ticket, order, unit, revoke: true, override: true };
  await jetstream(admin).publish(`mint.demo.${ticket}.override`, JSON.stringify(command));
  await done();
  await stage.append(saleSubject('demo', SALE), recorded([{ type: 'UnitsReleased', data: { order, tickets, void: true } }]));
}

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 20, finalizedAfterSlots: 4 }));
  rpc = new Connection(solana.url, 'confirmed');
  admin = await stage.nat('provision');
  await (await TenantRegister.on(admin)).create('demo', { apiKey: apiKeyOf('demo'), hasNatsPassword: true }); // a minter serves the tenants that it knows
  const keysDir = `${folder}/keys`;
  const { pass } = stage.nats.credentials('minter');
  const environment = readEnvironment({
    NATS_URL: stage.nats.url,
    NATS_PASSWORD: pass,
    SOLANA_RPC_URL: solana.url,
    MINT_KEYS_DIR: keysDir,
    MINT_KEYS: 'create',
    MINT_AIRDROP: 'local',
    MINT_POLL_MS: '50',
  });
  const minter = await startMinter(environment, createLogger('minter', 'silent'));
  const { stop } = await stage.project();
  await stage.append(saleSubject('demo', SALE), opening(SALE, UNITS));
  await stage.append(saleSubject('demo', SALE), ordered());
  for (const command of commands)
    await jetstream(admin).publish(`mint.demo.${command.ticket}.1`, JSON.stringify(command), { msgID: command.ticket });
  const jsm = await jetstreamManager(admin);
  const minted = async () => (await jsm.streams.info('MINTS')).state.messages === 0;
  await waitFor(minted, { what: 'everything is minted', timeoutMs: 60_000 });
  await makeVoid(commands.at(-1)!, () => waitFor(minted, { what: 'one ticket is void', timeoutMs: 60_000 }));
  await stage.reaches((await jsm.streams.info('EVENTS')).state.last_seq);
  await stop();
  await minter.close();
  chain = new Token2022Chain(await loadMintKeys(keysDir, 'require'), {
    url: solana.url,
    timeoutMs: 5_000,
    priority: { floor: 0 },
    freshMs: 0,
    airdrop: true,
  });
  assets = commands.map(({ ticket }) => chain.address('demo' as never, ticket).asset);
}, STARTS_SERVERS_MS);

it('finds log, ledger and chain in agreement, as the operator, without a key; also for a void ticket whose asset remains', async () => {
  const ran = await reconcile();
  expect([ran.code, ran.out, ran.error]).toEqual([0, expect.stringMatching(new RegExp(`^in agreement: ${UNITS} tickets of 1 sales`)), '']);
});

it('reports a ticket that was given away or burned as information, not as an error', async () => {
  const friend = Keypair.generate().publicKey;
  const [mint, owner] = [new PublicKey(assets[0]!), buyers[0]!];
  await send(
    [
      createAssociatedTokenAccountIdempotentInstruction(owner.publicKey, holding(0, friend), friend, mint, TOKEN_2022_PROGRAM_ID),
      createTransferCheckedInstruction(holding(0), mint, holding(0, friend), owner.publicKey, 1, 0, [], TOKEN_2022_PROGRAM_ID),
    ],
    owner,
  );
  await send(
    [createBurnInstruction(holding(1), new PublicKey(assets[1]!), buyers[1]!.publicKey, 1, [], TOKEN_2022_PROGRAM_ID)],
    buyers[1]!,
  );
  const ran = await reconcile('--json');
  expect([ran.code, (JSON.parse(ran.out) as Reconciled).drifts]).toEqual([
    0,
    expect.arrayContaining([
      expect.objectContaining({ kind: 'moved', ticket: commands[0]!.ticket, chain: `held by ${friend.toBase58()}` }),
      expect.objectContaining({ kind: 'burned', ticket: commands[1]!.ticket }),
    ]),
  ]);
});

it('finds every way in which the ledger can be wrong about a mint', async () => {
  const row = (set: string, n: number) => stage.query(`update ledger.ticket set ${set} where ticket = $1`, [commands[n]!.ticket]);
  await row(`status = 'sold', asset = null`, 2);
  await row(`holder = 'thief'`, 3);
  await stage.query(
    `insert into ledger.ticket select (jsonb_populate_record(t, '{"ticket":"tkt_invented"}')).* from ledger.ticket t where ticket = $1`,
    [commands[4]!.ticket],
  );
  const found = await drifts();
  expect(kinds(found, commands[2]!.ticket)).toEqual(['not-in-ledger']);
  expect(found.find(({ ticket }) => ticket === commands[3]!.ticket)).toMatchObject({ kind: 'ledger-differs', ledger: 'holder thief' });
  expect(kinds(found, 'tkt_invented')).toEqual(['ledger-only']);
  expect((await reconcile()).code).toBe(1);
  expect(kinds(await drifts('--no-ledger')).filter((kind) => !['moved', 'burned'].includes(kind))).toEqual([]);
});

it('finds unlogged transactions with our keys: at a planned address, and anywhere', async () => {
  const planned = await planOf(mintCommand('unlogged', 'P-1'));
  await logs('unlogged', [{ type: 'MintPlanned', data: planned }]);
  const strange = await planOf(mintCommand('nowhere', 'N-1'));
  const signatures = [await mintUnlogged(planned), await mintUnlogged(strange)];
  const found = await drifts('--no-ledger');
  expect(kinds(found, planned.ticket)).toEqual(['on-chain-only']);
  const orphans = found.filter(({ kind }) => kind === 'orphan-transaction');
  expect(orphans.map(({ signature }) => signature).sort()).toEqual(signatures.sort());
  expect(orphans.map(({ asset }) => asset).sort()).toEqual([planned.asset, strange.asset].sort());
});

it('names an attempt that landed although every provider had called it dead, which the one asset survives', async () => {
  const plan = await planOf(mintCommand('perjured', 'J-1'));
  const { ticket } = plan;
  const signature = await mintUnlogged(plan);
  const first = { ...submitted(plan), data: { ...submitted(plan).data, signature } } as MintEvent;
  const death: MintEvent = { type: 'MintAttemptDied', data: { ticket, attempt: 1, reason: 'expired', evidence: {} } };
  const second = { ...submitted(plan), data: { ...submitted(plan).data, attempt: 2 } } as MintEvent;
  const minted = { ...completed(plan), data: { ...completed(plan).data, signature } } as MintEvent;
  await logs('perjured', [{ type: 'MintPlanned', data: plan }, first, death, second, minted]);
  const found = await drifts('--no-ledger');
  expect(found.filter((each) => each.ticket === ticket)).toEqual([
    expect.objectContaining({ kind: 'dead-but-landed', signature, log: 'attempt 1: expired', chain: 'landed' }),
  ]);
});

it('finds assets in the log that are not on the chain', async () => {
  const plans = await Promise.all(
    ['absent', 'foreign', 'elsewhere', 'flying', 'void'].map((unit) => planOf(mintCommand('believed', unit))),
  );
  const [absent, foreign, elsewhere, flying, gone] = plans as [MintPlan, MintPlan, MintPlan, MintPlan, MintPlan];
  const occupied = { ...foreign, asset: assets[5]! };
  const other = { ...elsewhere, genesisHash: 'of another chain' };
  await logs('believed', [
    ...[absent, occupied, other, flying, gone].map((data): MintEvent => ({ type: 'MintPlanned', data })),
    ...[absent, flying, gone].map(submitted),
    ...[absent, gone].map(completed),
    { type: 'MintVoided', data: { ticket: gone.ticket, order: gone.order, unit: gone.unit, asset: gone.asset } },
  ]);
  const found = await drifts('--no-ledger');
  for (const { ticket } of [absent, gone]) expect(kinds(found, ticket)).toEqual(['not-on-chain']);
  expect(kinds(found, occupied.ticket)).toEqual(['foreign-account']);
  expect(kinds(found, other.ticket)).toEqual(['other-chain']);
  expect(kinds(found, flying.ticket)).toEqual(['in-flight']);
});

it('finds an asset that exists although the log says that it was burned', async () => {
  const plan = await planOf(mintCommand('taken', 'T-1', { revocable: true }));
  const { ticket, order, unit, asset } = plan;
  await mintUnlogged(plan);
  const burning = { ...submitted(plan), type: 'MintRevokeSubmitted' } as MintEvent;
  const revoked: MintEvent = { type: 'MintRevoked', data: { ticket, order, unit, asset, signature: null, slot: '1' } };
  await logs('taken', [{ type: 'MintPlanned', data: plan }, submitted(plan), completed(plan), burning, revoked]);
  expect(kinds(await drifts('--no-ledger'), ticket)).toEqual(['not-burned']);
});

it('compares nothing with a ledger that is behind, and ends with 2 if a side is unreachable', async () => {
  expect(kinds(await drifts()).filter((kind) => kind === 'ledger-behind')).toHaveLength(3); // minted since: perjured, absent, gone
  for (const broken of [{ SOLANA_RPC_URL: 'http://127.0.0.1:1' }, { DATABASE_REPLAY_URL: 'postgres://x:y@127.0.0.1:1/admit' }])
    expect(await admit({ ...settings(), ...broken }, 'reconcile')).toMatchObject({
      code: 2,
      out: '',
      error: expect.stringContaining('unreachable'),
    });
});
