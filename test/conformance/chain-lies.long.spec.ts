import type { Watched } from '../../apps/minter/src/chains/chain.js';
import type { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { eachAsset, FINAL_AFTER, LIFE_BLOCKS, type Live, type LyingChain } from './lying-chain.js';

/** Tests against an RPC node that answers wrongly, late, or not at all: an unknown outcome stays unknown. */

/** Of a minter that waits for an answer which does not come. */
const IMPATIENCE_MS = 400;
/** An attempt that lands this many slots after it was signed still has a status for as many slots after it expired. */
const LATE = 40;
const injected = (on: LyingChain, fault: string): number => on.solana.control.report().faults[fault]?.injected ?? 0;

eachAsset((on) => {
  afterEach(() => on.solana.control.clearFaults());
  describe('a node that', () => {
    readsWrongly(on);
    answersNothing(on);
  });
});

function readsWrongly(on: LyingChain): void {
  let chain: Token2022Chain;
  beforeAll(() => {
    chain = on.chain();
  });

  it('has forgotten every signature does not prevent confirmation: the account is the evidence', async () => {
    const { look } = await on.landed();
    on.solana.control.setFault('null-status', {});
    on.pass(FINAL_AFTER + 1);
    expect(await look(chain)).toMatchObject({ kind: 'unknown', seen: false });
    on.untilExpired();
    expect(await look(chain)).toMatchObject({ kind: 'confirmed', supply: '1' });
  });

  it('[minting NM8] [blockchain NFT-6] shows old accounts does not make a landed attempt dead, not even when it is over', async () => {
    const { look, live } = await on.attempt();
    on.pass(LATE);
    await chain.submit(live, true);
    on.pass(FINAL_AFTER + 1);
    on.solana.control.setFault('stale-account', { slots: 2 * LIFE_BLOCKS });
    expect(await look(chain)).toMatchObject({ kind: 'unknown', seen: true });
    on.pass(LIFE_BLOCKS + 1 - LATE); // expired, and its status is still kept: it landed late
    expect(await look(chain)).toMatchObject({ kind: 'unknown', seen: true });
    on.solana.control.clearFaults();
    expect(await look(chain)).toMatchObject({ kind: 'confirmed' });
  });

  it('is far behind does not know that an attempt is over', async () => {
    const { look } = await on.attempt();
    on.untilExpired();
    on.solana.control.setFault('lag', { slots: LIFE_BLOCKS });
    expect(await look(chain)).toMatchObject({ kind: 'unknown' });
    on.solana.control.clearFaults();
    expect(await look(chain)).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it.each([
    'lag',
    'heedless',
  ])('[minting NM8] [blockchain NFT-6] reads accounts from an earlier state than requested is not trusted (%s)', async (fault) => {
    const { look } = await on.attempt();
    on.untilExpired();
    on.solana.control.setFault(fault, { slots: 40, methods: ['getMultipleAccounts'] });
    await expect(look(chain)).rejects.toMatchObject({ code: 'chain-unreachable' });
  });

  it('serves another chain is refused, though everything is absent there', async () => {
    const { look, plan } = await on.attempt();
    on.untilExpired();
    on.solana.control.setFault('wrong-genesis', {});
    await expect(look(chain)).rejects.toMatchObject({ code: 'chain-differs' });
    await expect(chain.prepare(plan, 2)).rejects.toMatchObject({ code: 'chain-differs' });
  });
}

function answersNothing(on: LyingChain): void {
  let chain: Token2022Chain;
  beforeAll(() => {
    chain = on.chain();
  });

  it('invents accounts makes nothing minted', async () => {
    const { look } = await on.attempt();
    on.untilExpired();
    on.solana.control.setFault('false-presence', {});
    expect(await look(chain)).toMatchObject({ kind: 'foreign' });
    on.solana.control.clearFaults();
    expect(await look(chain)).toMatchObject({ kind: 'dead', reason: 'expired' });
  });

  it('does not answer one of several calls leaves unknown what that call asked for, and judges the rest', async () => {
    const mints: Live[] = [];
    while (mints.length < 120) mints.push(await on.landed());
    on.pass(FINAL_AFTER + 1);
    on.solana.control.setFault('html', { next: 1, methods: ['getMultipleAccounts'] });
    const all = mints.map(({ plan, live }): Watched => ({ state: 'submitted', plan, live, dead: [], firstAttempt: 1 }));
    const kinds = (await chain.verdicts(all)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'confirmed')).toHaveLength(70);
    expect(kinds.filter((kind) => kind === 'unknown')).toHaveLength(50);
  });

  it('takes a landed transaction back makes nothing minted before it is final', async () => {
    const { look, live } = await on.landed();
    on.pass(FINAL_AFTER - 1);
    expect(await look(chain)).toMatchObject({ kind: 'unknown', seen: true });
    expect(on.solana.control.rollBack(FINAL_AFTER)).toContain(live.signature);
    expect(await look(chain)).toMatchObject({ kind: 'unknown', seen: false });
    await chain.submit(live, false);
    on.pass(FINAL_AFTER + 1);
    expect(await look(chain)).toMatchObject({ kind: 'confirmed', signature: live.signature });
  });

  it.each([
    'too-many-requests',
    'html',
    'never-answers',
  ])('[minting RS5] [blockchain NFT-6] sends no response (%s) leaves every outcome unknown, within the timeout', async (fault) => {
    const { look, live, plan } = await on.attempt();
    on.untilExpired();
    on.solana.control.setFault(fault, {});
    const impatient = on.chain({ timeoutMs: IMPATIENCE_MS });
    const before = injected(on, fault);
    expect(await impatient.submit(live, true)).toMatchObject({ kind: 'unknown' });
    await expect(look(impatient)).rejects.toMatchObject({ code: 'chain-unreachable' });
    await expect(impatient.prepare(plan, 2)).rejects.toMatchObject({ code: 'chain-unreachable' });
    await expect(impatient.funds()).rejects.toMatchObject({ code: 'chain-unreachable' });
    expect(injected(on, fault) - before).toBeLessThan(10); // each has its own timeout
  });
}
