import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import type { Leaf, MintAttempt, MintPlan } from '../../libs/shared/src/domain/mint/events.js';
import type { ChainBench } from './chain-suite.js';
import { mintPlan, nextTicket, TENANT } from './mint-plans.js';

/** The part of the chain's suite that mints what can be burned, and burns it. */
export function revocableTickets(bench: () => ChainBench): void {
  describe('with a revocable ticket', () => {
    const newPlan = (over: Partial<MintPlan> = {}) => mintPlan(bench().chain, nextTicket(), bench().newWallet(), over, bench().compressed);
    const attemptOf = async (plan: MintPlan): Promise<MintAttempt> => ({
      ticket: plan.ticket,
      attempt: 1,
      ...(await bench().chain.prepare(plan, 1)),
    });
    const minting = (plan: MintPlan, live: MintAttempt) => ({ state: 'submitted' as const, plan, live, firstAttempt: 1, dead: [] });
    const lookAtOne = async (watched: Watched): Promise<Verdict | undefined> => (await bench().chain.verdicts([watched]))[0];
    const untilFinal = async () => bench().advance(bench().finalAfterSlots + 1);
    const untilExpired = async () => bench().advance(bench().lifeBlocks + bench().finalAfterSlots + 2);

    const leaves = new Map<string, Leaf>();

    const mintRevocable = async () => {
      const plan = await newPlan({ delegate: bench().chain.delegate });
      const live = await attemptOf(plan);
      await bench().chain.submit(live, true);
      await untilFinal();
      const verdict = await lookAtOne(minting(plan, live));
      expect(verdict).toMatchObject({ kind: 'confirmed', supply: '1', holder: plan.wallet });
      if (verdict?.kind === 'confirmed' && verdict.leaf !== undefined) leaves.set(plan.asset, verdict.leaf);
      return { plan, mint: live };
    };
    const burnOf = async (plan: MintPlan, attempt = 1): Promise<MintAttempt> => ({
      ticket: plan.ticket,
      attempt,
      ...(await bench().chain.prepareBurn(plan, attempt, leaves.get(plan.asset))),
    });
    const burning = (plan: MintPlan, live: MintAttempt, ...earlier: MintAttempt[]): Watched => ({
      ...minting(plan, live),
      state: 'revoking',
      dead: earlier.map(({ attempt, signature }) => ({ attempt, signature, reason: 'expired' })),
      asset: plan.asset,
      signature: 'of the mint',
      ...(leaves.has(plan.asset) && { leaf: leaves.get(plan.asset) as Leaf }),
    });

    it('burns the asset, and reports that only when it is final', async () => {
      const { plan } = await mintRevocable();
      const live = await burnOf(plan);
      expect(await lookAtOne(burning(plan, live))).toMatchObject({ kind: 'unknown' });
      expect(await bench().chain.submit(live, true)).toEqual({ kind: 'accepted' });
      expect(await lookAtOne(burning(plan, live))).toMatchObject({ kind: 'unknown', seen: true });
      await untilFinal();
      const slot = expect.stringMatching(/^\d+$/);
      expect(await lookAtOne(burning(plan, live))).toEqual({ kind: 'burned', signature: live.signature, slot });
    });

    it('does not take an answer that never came, or an error, for a burning that failed', async () => {
      for (const fault of ['land-then-time-out', 'error-then-land'] as const) {
        const { plan } = await mintRevocable();
        const live = await burnOf(plan);
        await bench().strikeNext(fault);
        expect((await bench().chain.submit(live, true)).kind).not.toBe('accepted');
        await untilFinal();
        expect(await lookAtOne(burning(plan, live))).toMatchObject({ kind: 'burned', signature: live.signature });
      }
    });

    it('calls a burning dead that was dropped, when its blockhash is over, and burns in the next', async () => {
      const { plan } = await mintRevocable();
      const first = await burnOf(plan);
      await bench().strikeNext('drop');
      await bench().chain.submit(first, true);
      await untilFinal();
      expect(await lookAtOne(burning(plan, first))).toMatchObject({ kind: 'unknown' });
      await untilExpired();
      expect(await lookAtOne(burning(plan, first))).toMatchObject({ kind: 'dead', attempt: 1, reason: 'expired' });
      const second = await burnOf(plan, 2);
      await bench().chain.submit(second, true);
      await untilFinal();
      expect(await lookAtOne(burning(plan, second, first))).toMatchObject({ kind: 'burned', signature: second.signature });
    });

    it('calls a burning dead that is final with an error', async () => {
      const { plan } = await mintRevocable();
      const live = await burnOf(plan);
      await bench().strikeNext('land-failed');
      await bench().chain.submit(live, true);
      await untilFinal();
      expect(await lookAtOne(burning(plan, live))).toMatchObject({ kind: 'dead', reason: 'program-refused' });
    });

    it('takes what another burned for burned, and does not call it ours', async () => {
      const { plan } = await mintRevocable();
      const other = await burnOf(plan);
      await bench().chain.submit(other, true);
      await untilFinal();
      const live = await burnOf(plan, 2);
      expect(await bench().chain.submit(live, true)).toMatchObject({ kind: 'refused', by: 'program' });
      await untilExpired();
      expect(await lookAtOne(burning(plan, live))).toMatchObject({ kind: 'burned', signature: null });
    });

    it('knows an asset that can be burned from one that cannot', async () => {
      const { plan, mint } = await mintRevocable();
      if (plan.program === 'memory') return;
      const { delegate: _, ...without } = plan;
      const { compressed } = bench().chain.address(TENANT, plan.ticket, bench().compressed && { revocable: false });
      const transferable = { ...without, ...(compressed !== undefined && { compressed }) };
      expect(await lookAtOne(minting(transferable, mint))).toMatchObject({ kind: 'foreign' });
      const another = bench().newWallet();
      const other = bench().compressed ? { ...plan, compressed: { collection: another } } : { ...plan, delegate: another };
      expect(await lookAtOne(minting(other, mint))).toMatchObject({ kind: 'foreign' });
    });

    it('refuses to burn for another delegate than the plan names', async () => {
      await expect(bench().chain.prepareBurn(await newPlan(), 1)).rejects.toMatchObject({ code: 'configuration' });
      const other = await newPlan({ delegate: bench().newWallet() });
      await expect(bench().chain.prepareBurn(other, 1)).rejects.toMatchObject({ code: 'configuration' });
    });
  });
}
