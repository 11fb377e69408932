import { jetstreamManager } from '@nats-io/jetstream';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import type { TicketId } from '#shared/kernel/ids.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { loadMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { Caller } from '../harness/caller.js';
import { MinterStage, mintCommand, mintsThatLanded, newWallet, TENANT } from '../stages/minter-stage.js';
import { startSelling } from '../stages/selling.js';

const WAIT_MS = 60_000;
const SALE = 'gala';
const stage = MinterStage.forTests('mint-redrive');
let demo: Caller;
let store: JetStreamEventStore;
let minter: Awaited<ReturnType<typeof startMinter>> | undefined;

const redrive = (ticket: string, ...more: string[]): Promise<Ran> =>
  admit(operatorOf(stage.server), 'mint', 'redrive', TENANT, ticket, ...more);
const told = async (ticket: string, type: string) =>
  (await stage.events(SALE)).filter((event) => event.type === type && event.data.ticket === ticket);

/** The minter's warnings. */
const complaints: string[] = [];
async function minting(): Promise<void> {
  const environment = readEnvironment(stage.environment);
  const logger = createLogger('minter', 'silent');
  logger.error = (({ err }: { err?: unknown }) => void complaints.push(String(err))) as typeof logger.error;
  complaints.length = 0;
  minter = await startMinter(environment, logger);
}
async function stopped(): Promise<void> {
  await minter?.close();
  minter = undefined;
}
/** A ticket whose mint was asked for; its command lies on MINTS. */
async function asked(): Promise<TicketId> {
  const placed = await demo.place(SALE, { quantity: 1, wallet: newWallet() });
  const [{ ticket }] = placed.body.tickets as [{ ticket: TicketId }];
  await waitFor(async () => (await stage.outstanding()) === 1, { what: 'its mint is asked for', timeoutMs: WAIT_MS });
  return ticket;
}
/** Simulates a broker that lost its work queue, or an operator who emptied it. */
const loseMints = async () => (await jetstreamManager(stage.admin)).streams.purge('MINTS');
async function chain(): Promise<Token2022Chain> {
  const keys = await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'create');
  return new Token2022Chain(keys, { url: stage.solana.url, timeoutMs: 5_000, priority: { floor: 0 }, freshMs: 0, airdrop: true });
}

beforeAll(async () => {
  await (await TenantRegister.on(stage.admin)).create(TENANT, { hasNatsPassword: true });
  await stage.keep(startSelling(stage.server));
  demo = await stage.keep(Caller.of(stage.server, TENANT));
  store = await JetStreamEventStore.on(stage.admin);
  await demo.open(SALE, { quota: 50 }, { mint: 'on-confirm' });
});
afterEach(async () => {
  stage.solana.control.clearFaults();
  await stopped();
  await loseMints();
});

it('[L2] reports a minted ticket with its address, and requests nothing', async () => {
  const ticket = await asked();
  await minting();
  await stage.untilDone();
  const before = (await (await jetstreamManager(stage.admin)).streams.info('MINTS')).state.last_seq;
  const [completed] = await stage.ofType(SALE, 'MintCompleted');
  expect(await redrive(ticket)).toEqual({ code: 0, out: `${ticket}  nothing to do  minted: ${completed!.data.asset}\n`, error: '' });
  expect((await (await jetstreamManager(stage.admin)).streams.info('MINTS')).state.last_seq).toBe(before);
});

it('[L2] gives a mint whose command was lost back to the minter, once, and leaves one that is with it alone', async () => {
  const ticket = await asked();
  expect((await redrive(ticket, '--sale', SALE)).out).toMatch(/working {2}MINTS \d+ is with the minter; its state in the log is not begun/);
  await loseMints();
  const both = await Promise.all([redrive(ticket), redrive(ticket)]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.map(({ out }) => out).join()).toMatch(/given {2}MINTS \d+; its state in the log is not begun/);
  expect(await stage.outstanding()).toBe(1);
  await minting();
  await stage.untilDone();
  expect(await told(ticket, 'MintCompleted')).toHaveLength(1);
});

it('[L2] resumes a mint in flight from the log: at the same address, with the attempt that may still land', async () => {
  const before = (await mintsThatLanded(stage.rpc, (await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'require')).payer.publicKey))
    .length;
  stage.solana.control.setFault('drop', { probability: 1 });
  const ticket = await asked();
  await minting();
  await waitFor(async () => (await told(ticket, 'MintSubmitted')).length === 1, { what: 'it is submitted', timeoutMs: WAIT_MS });
  await stopped();
  await loseMints();
  expect((await redrive(ticket)).out).toMatch(/given {2}MINTS \d+; its state in the log is submitted/);
  stage.solana.control.clearFaults();
  await minting();
  await stage.untilDone();
  expect(await told(ticket, 'MintPlanned')).toHaveLength(1);
  expect(await told(ticket, 'MintCompleted')).toHaveLength(1);
  const { payer } = await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'require');
  expect(await mintsThatLanded(stage.rpc, payer.publicKey)).toHaveLength(before + 1);
});

it('[L2] requests a permanently failed mint again, through the sale that counts requests, for another wallet', async () => {
  const ticket = await asked();
  const jsm = await jetstreamManager(stage.admin);
  const command = await jsm.streams.getMessage('MINTS', { last_by_subj: `mint.${TENANT}.${ticket}.1` });
  await loseMints();
  const subject = mintSubject(TENANT, SALE);
  const failed = { type: 'MintFailed', at: Date.now(), data: { ticket, request: 1, reason: 'wallet-invalid: of old' } } as const;
  expect(await store.append(subject, await store.head(subject), [failed])).toBeDefined();
  const noted = async (): Promise<boolean> => {
    for await (const { events } of store.read(saleSubject(TENANT, SALE), NO_HEAD))
      if (events.some(({ type, data }) => type === 'MintFailureNoted' && data.ticket === ticket)) return true;
    return false;
  };
  await waitFor(noted, { what: 'the sale knows of the failure', timeoutMs: WAIT_MS });
  const about = { subject: command!.subject, sequence: command!.seq, deliveries: 1, storedAt: 0, body: command!.data };
  const rest = { header: () => undefined, headers: () => ({}), working: () => undefined, settle: () => undefined };
  await new DeadLetters(stage.admin).deadLetter('MINTS', { ...about, ...rest }, 'wallet-invalid: of old (0 attempts)');
  const again = await admit(operatorOf(stage.server), 'dead', 'redrive', '--all');
  expect([again.code, again.out]).toEqual([
    1,
    expect.stringContaining(`refused  its mint failed permanently (wallet-invalid: of old); admit mint redrive`),
  ]);

  const wallet = newWallet();
  expect((await redrive(ticket, '--wallet', 'no wallet')).code).toBe(1);
  expect((await redrive(ticket, '--wallet', wallet)).out).toMatch(/given {2}failed \(wallet-invalid: of old\); requested again, for /);
  await waitFor(async () => (await stage.outstanding()) === 1, { what: 'the second request is there', timeoutMs: WAIT_MS });
  expect((await redrive(ticket, '--wallet', wallet)).out).toMatch(/working/);
  await minting();
  await stage.untilDone();
  expect(await told(ticket, 'MintCompleted')).toMatchObject([{ data: { wallet } }]);
});

it('[L2] never gets past something foreign at the planned address', async () => {
  const placed = await demo.open('foreign', { quota: 2 }, { mint: 'on-request' });
  expect(placed.status).toBe(201);
  const [{ ticket }] = (await demo.place('foreign', { quantity: 1 })).body.tickets as [{ ticket: TicketId }];
  const thief = await chain();
  await thief.replenish();
  const plan = planMint({ ...mintCommand('foreign', '1'), ticket }, thief, await thief.genesisHash(), {
    symbol: 'OTHER',
    uriPrefix: 'urn:other:',
  });
  await thief.submit({ ticket, attempt: 1, ...(await thief.prepare(plan, 1)) }, true);
  await demo.ask('ticket.mint', { sale: 'foreign', tickets: [ticket], wallet: newWallet() }, 'mint-foreign');
  await waitFor(async () => (await stage.outstanding()) === 1, { what: 'its mint is asked for', timeoutMs: WAIT_MS });
  await minting();
  const states = async () => (await stage.events('foreign')).map(({ type }) => type);
  const halted = () =>
    waitFor(() => complaints.join().includes('foreign-account'), { what: 'the minter asks for a human', timeoutMs: WAIT_MS });
  await halted();
  expect((await redrive(ticket)).out).toMatch(/working {2}MINTS \d+ is with the minter; its state in the log is submitted/);
  await stopped();
  await loseMints();
  expect((await redrive(ticket)).out).toMatch(/given/);
  await minting();
  await waitFor(async () => minter !== undefined && (await stage.outstanding()) === 1, {
    what: 'it is with the minter',
    timeoutMs: WAIT_MS,
  });
  expect(await states()).toEqual(['MintPlanned', 'MintSubmitted']);
});

it('names unknown tickets, and ends with 1; with 2 for wrong usage', async () => {
  expect(await redrive('tkt_unknown')).toMatchObject({
    code: 1,
    out: expect.stringContaining('this ticket has no mint request'),
  });
  expect(await admit(operatorOf(stage.server), 'mint', 'redrive', TENANT)).toMatchObject({
    code: 2,
    error: expect.stringContaining('ticket'),
  });
});
