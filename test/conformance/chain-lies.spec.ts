import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { Wallet } from '#shared/kernel/ids.js';
import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { Stage } from '../stages/stage.js';
import { mintPlan, nextTicket } from './mint-plans.js';

/** Against an RPC node that answers wrongly, late, or not at all: what is not known stays unknown. */

const PATIENCE_MS = 5_000;
/** Of a minter that waits for an answer which does not come. */
const IMPATIENCE_MS = 400;
const FINAL_AFTER = 3;
const LIFE_BLOCKS = 150;
/** An attempt that lands so many slots after it was signed has a status for as many slots after it expired. */
const LATE = 40;
const keys = freshMintKeys();
const stage = Stage.forTests();
let solana: LocalSolana;
let chain: Token2022Chain;

beforeAll(async () => {
  solana = await stage.keep(startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: FINAL_AFTER }));
  chain = open(PATIENCE_MS);
  await chain.replenish();
  solana.control.advance(40);
});
afterEach(() => solana.control.clearFaults());

const open = (timeoutMs: number): Token2022Chain =>
  new Token2022Chain(keys, { url: solana.url, timeoutMs, priority: { floor: 0 }, freshMs: 0, airdrop: true });
const injected = (fault: string): number => solana.control.report().faults[fault]?.injected ?? 0;

interface Live {
  readonly plan: MintPlan;
  readonly live: MintAttempt;
  readonly look: (by?: Token2022Chain) => Promise<Verdict | undefined>;
}

async function attempt(): Promise<Live> {
  const plan = await mintPlan(chain, nextTicket(), Signer.generate().signer.address as Wallet);
  const live = { ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) };
  const watched: Watched = { state: 'submitted', plan, live, dead: [], firstAttempt: 1 };
  return { plan, live, look: async (by = chain) => (await by.verdicts([watched]))[0] };
}

async function landed(): Promise<Live> {
  const mint = await attempt();
  await chain.submit(mint.live, true);
  return mint;
}

const pass = (slots: number): void => solana.control.advance(slots);
const untilExpired = (): void => pass(LIFE_BLOCKS + FINAL_AFTER + 2);

describe('a node that', () => {
  it('has forgotten every signature keeps nothing from being confirmed: the account tells', async () => {
    const { look } = await landed();
    solana.control.setFault('null-status', {});
    pass(FINAL_AFTER + 1);
    expect(await look()).toMatchObject({ kind: 'unknown', seen: false });
    untilExpired();
    expect(await look()).toMatchObject({ kind: 'confirmed', supply: '1' });
  });

  it('[minting NM8] [blockchain NFT-6] shows old accounts does not make a landed attempt dead, not even when it is over', async () => {
    const { look, live } = await attempt();
    pass(LATE);
    await chain.submit(live, true);
    pass(FINAL_AFTER + 1);
    solana.control.setFault('stale-account', { slots: 2 * LIFE_BLOCKS });
    expect(await look()).toMatchObject({ kind: 'unknown', seen: true });
    pass(LIFE_BLOCKS + 1 - LATE); // expired, and its status is still kept: it landed late
    expect(await look()).toMatchObject({ kind: 'unknown', seen: true });
    solana.control.clearFaults();
    expect(await look()).toMatchObject({ kind: 'confirmed' });
  });

  it('is far behind does not know that an attempt is over', async () => {
    const { look } = await attempt();
    untilExpired();
    solana.control.setFault('lag', { slots: LIFE_BLOCKS });
    expect(await look()).toMatchObject({ kind: 'unknown' });
    solana.control.clearFaults();
    expect(await look()).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it.each([
    'lag',
    'heedless',
  ])('[minting NM8] [blockchain NFT-6] reads accounts from an earlier state than was asked for is not believed (%s)', async (fault) => {
    const { look } = await attempt();
    untilExpired();
    solana.control.setFault(fault, { slots: 40, methods: ['getMultipleAccounts'] });
    await expect(look()).rejects.toMatchObject({ code: 'chain-unreachable' });
  });

  it('serves another chain is refused, though everything is absent there', async () => {
    const { look, plan } = await attempt();
    untilExpired();
    solana.control.setFault('wrong-genesis', {});
    await expect(look()).rejects.toMatchObject({ code: 'chain-differs' });
    await expect(chain.prepare(plan, 2)).rejects.toMatchObject({ code: 'chain-differs' });
  });

  it('invents accounts makes nothing minted', async () => {
    const { look } = await attempt();
    untilExpired();
    solana.control.setFault('false-presence', {});
    expect(await look()).toMatchObject({ kind: 'foreign' });
    solana.control.clearFaults();
    expect(await look()).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it('does not answer one of several calls leaves unknown what that call asked for, and judges the rest', async () => {
    const mints: Live[] = [];
    while (mints.length < 120) mints.push(await landed());
    pass(FINAL_AFTER + 1);
    solana.control.setFault('html', { next: 1, methods: ['getMultipleAccounts'] });
    const all = mints.map(({ plan, live }): Watched => ({ state: 'submitted', plan, live, dead: [], firstAttempt: 1 }));
    const kinds = (await chain.verdicts(all)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(70);
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(50);
  });

  it('takes a landed transaction back makes nothing minted before it is final', async () => {
    const { look, live } = await landed();
    pass(FINAL_AFTER - 1);
    expect(await look()).toMatchObject({ kind: 'unknown', seen: true });
    expect(solana.control.rollBack(FINAL_AFTER)).toContain(live.signature);
    expect(await look()).toMatchObject({ kind: 'unknown', seen: false });
    await chain.submit(live, false);
    pass(FINAL_AFTER + 1);
    expect(await look()).toMatchObject({ kind: 'confirmed', signature: live.signature });
  });

  it.each([
    'too-many-requests',
    'html',
    'never-answers',
  ])('[minting RS5] [blockchain NFT-6] says nothing (%s) leaves everything unknown, and does so in time', async (fault) => {
    const { look, live, plan } = await attempt();
    untilExpired();
    solana.control.setFault(fault, {});
    const impatient = open(IMPATIENCE_MS);
    const before = injected(fault);
    expect(await impatient.submit(live, true)).toMatchObject({ kind: 'unknown' });
    await expect(look(impatient)).rejects.toMatchObject({ code: 'chain-unreachable' });
    await expect(impatient.prepare(plan, 2)).rejects.toMatchObject({ code: 'chain-unreachable' });
    await expect(impatient.funds()).rejects.toMatchObject({ code: 'chain-unreachable' });
    expect(injected(fault) - before).toBeLessThan(10); // each is given up after its own patience
  });
});
