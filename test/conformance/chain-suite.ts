import type { Chain, Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import type { MintAttempt, MintPlan } from '../../libs/shared/src/domain/mint/events.js';
import type { TenantId, TicketId, Wallet } from '../../libs/shared/src/kernel/ids.js';
import { mintPlan, nextTicket, TENANT } from './mint-plans.js';
import { revocableTickets } from './revocable-tickets.js';

/** A vault of a smart wallet: an address derived from a program, off the curve. */
const SMART_WALLET = 'HKUPAjYNSpLcpVKTLQc7ma9cJSjLhUJsr6PBRZqxWBHJ' as Wallet;

export type SendFault = 'drop' | 'land-then-time-out' | 'error-then-land' | 'land-failed';

/** A test's controls of the chain behind an adapter. Slots pass only by `advance`, so no test waits for the chain. */
export interface ChainBench {
  readonly chain: Chain;
  /** Blocks an attempt lives, and slots until a block is final. */
  readonly lifeBlocks: number;
  readonly finalAfterSlots: number;
  /** Its tickets are leaves of a tree. */
  readonly compressed?: true;
  newWallet(): Wallet;
  advance(slots: number): Promise<void>;
  strikeNext(fault: SendFault): Promise<void>;
  /** A stranger sends lamports to an unused address. */
  prefund(asset: string): Promise<void>;
  /** Another asset than planned is put there (with the base key). */
  occupy(plan: MintPlan): Promise<void>;
  stop(): Promise<void>;
}

export function chainSuite(name: string, open: () => Promise<ChainBench>): void {
  describe(`the chain of ${name}`, () => {
    let bench: ChainBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(async () => {
      await bench?.stop();
    });

    const newPlan = (over: Partial<MintPlan> = {}) => mintPlan(bench.chain, nextTicket(), bench.newWallet(), over, bench.compressed);
    const attemptOf = async (plan: MintPlan, attempt = 1): Promise<MintAttempt> => ({
      ticket: plan.ticket,
      attempt,
      ...(await bench.chain.prepare(plan, attempt)),
    });
    const watch = (plan: MintPlan, live: MintAttempt, ...earlier: MintAttempt[]): Watched => ({
      state: 'submitted',
      plan,
      live,
      firstAttempt: 1,
      dead: earlier.map(({ attempt, signature }) => ({ attempt, signature, reason: 'expired' })),
    });
    const look = async (...watched: Watched[]): Promise<readonly Verdict[]> => bench.chain.verdicts(watched);
    const lookAtOne = async (watched: Watched): Promise<Verdict | undefined> => (await look(watched))[0];
    const untilFinal = async () => bench.advance(bench.finalAfterSlots + 1);
    const untilExpired = async () => bench.advance(bench.lifeBlocks + bench.finalAfterSlots + 2);

    it('gives every ticket of every tenant its own stable address', () => {
      const { chain } = bench;
      const ticket = nextTicket();
      expect(chain.address(TENANT, ticket)).toEqual(chain.address(TENANT, ticket));
      expect(chain.address(TENANT, ticket).asset).not.toBe(chain.address('other' as TenantId, ticket).asset);
      expect(chain.address(TENANT, ticket).asset).not.toBe(chain.address(TENANT, nextTicket()).asset);
      expect(chain.address(TENANT, 'tkt_x' as TicketId).seed).toHaveLength(32);
    });

    it('mints at the planned address and confirms only when it is final', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      expect(await bench.chain.submit(live, true)).toEqual({ kind: 'accepted' });
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'unknown' });
      await untilFinal();
      const verdict = await lookAtOne(watch(plan, live));
      expect(verdict).toEqual({
        kind: 'confirmed',
        signature: live.signature,
        slot: expect.stringMatching(/^\d+$/),
        supply: '1',
        holder: plan.wallet,
        ...(bench.compressed && { leaf: { tree: expect.any(String), index: expect.any(Number), asset: expect.any(String) } }),
      });
    });

    it('mints to the address of a program, which no key signs for, and burns it there', async () => {
      const plan = await newPlan({ wallet: SMART_WALLET, delegate: bench.chain.delegate });
      const live = await attemptOf(plan);
      expect(await bench.chain.submit(live, true)).toEqual({ kind: 'accepted' });
      await untilFinal();
      const verdict = await lookAtOne(watch(plan, live));
      expect(verdict).toMatchObject({ kind: 'confirmed', supply: '1', holder: SMART_WALLET });
      const leaf = verdict?.kind === 'confirmed' ? verdict.leaf : undefined;
      const burn = { ticket: plan.ticket, attempt: 1, ...(await bench.chain.prepareBurn(plan, 1, leaf)) };
      expect(await bench.chain.submit(burn, true)).toEqual({ kind: 'accepted' });
      await untilFinal();
      const revoking: Watched = {
        state: 'revoking',
        asset: plan.asset,
        signature: live.signature,
        plan,
        ...(leaf && { leaf }),
        dead: [],
        live: burn,
      };
      expect(await lookAtOne(revoking)).toMatchObject({ kind: 'burned', signature: burn.signature });
    });

    it('lands the same bytes once, however often they are sent', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      for (let time = 0; time < 5; time += 1) {
        expect(await bench.chain.submit(live, false)).toEqual({ kind: 'accepted' });
        await bench.advance(1);
      }
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'confirmed', supply: '1' });
    });

    it('calls an attempt dead only when its blockhash is over in finalized state', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      await bench.advance(bench.lifeBlocks - 1);
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'unknown', seen: false });
      await untilExpired();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'dead', attempt: 1, reason: 'expired' });
      await bench.chain.submit(live, false); // a late copy changes nothing any more
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'dead', attempt: 1, reason: 'expired' });
    });

    it('mints the next attempt after a dropped one', async () => {
      const plan = await newPlan();
      const first = await attemptOf(plan);
      await bench.strikeNext('drop');
      expect(await bench.chain.submit(first, true)).toEqual({ kind: 'accepted' });
      await untilExpired();
      expect(await lookAtOne(watch(plan, first))).toMatchObject({ kind: 'dead', reason: 'expired' });
      const second = await attemptOf(plan, 2);
      await bench.chain.submit(second, true);
      await untilFinal();
      expect(await lookAtOne(watch(plan, second, first))).toMatchObject({ kind: 'confirmed', signature: second.signature });
    });

    it('makes one asset of two attempts that are both sent, and names the one that made it', async () => {
      const plan = await newPlan();
      const first = await attemptOf(plan);
      await bench.advance(1);
      const second = await attemptOf(plan, 2);
      expect(second.signature).not.toBe(first.signature);
      await bench.chain.submit(first, false);
      await bench.chain.submit(second, false);
      await untilFinal();
      expect(await lookAtOne(watch(plan, second, first))).toMatchObject({ kind: 'confirmed', signature: first.signature, supply: '1' });
    });

    it('does not take an answer that never came for a failure', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      await bench.strikeNext('land-then-time-out');
      expect(await bench.chain.submit(live, true)).toMatchObject({ kind: 'unknown' });
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'confirmed', signature: live.signature });
    });

    it('does not take an error for a failure', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      await bench.strikeNext('error-then-land');
      expect(await bench.chain.submit(live, true)).toMatchObject({ kind: 'refused', by: 'node' });
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'confirmed', signature: live.signature });
    });

    it('calls an attempt dead that is final with an error, long before its blockhash is over', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      await bench.strikeNext('land-failed');
      await bench.chain.submit(live, true);
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'unknown', seen: true });
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'dead', attempt: 1, reason: 'program-refused' });
    });

    it('mints at an address that a stranger sent lamports to', async () => {
      const plan = await newPlan();
      await bench.prefund(plan.asset);
      const live = await attemptOf(plan);
      await bench.chain.submit(live, true);
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'confirmed', supply: '1' });
    });

    it('still sees an address as free that holds lamports and nothing else', async () => {
      const plan = await newPlan();
      await bench.prefund(plan.asset);
      const live = await attemptOf(plan);
      await untilExpired();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'dead', reason: 'expired' });
    });

    it('never calls a foreign asset ours', async () => {
      const plan = await newPlan();
      const live = await attemptOf(plan);
      await bench.occupy(plan);
      await bench.chain.submit(live, false);
      await untilFinal();
      expect(await lookAtOne(watch(plan, live))).toMatchObject({ kind: 'foreign' });
    });

    it('returns hundreds of verdicts at once, in order', async () => {
      const watched: Watched[] = [];
      for (let made = 0; made < 120; made += 1) {
        const plan = await newPlan();
        watched.push(watch(plan, await attemptOf(plan)));
      }
      for (const [index, { live }] of watched.entries()) if (index % 2 === 0) await bench.chain.submit(live, false);
      await untilFinal();
      const verdicts = await look(...watched);
      expect(verdicts.map(({ kind }) => kind)).toEqual(watched.map((_, index) => (index % 2 === 0 ? 'confirmed' : 'unknown')));
      for (const [index, verdict] of verdicts.entries()) {
        const { live, plan } = watched[index]!;
        if (verdict.kind === 'confirmed') expect(verdict).toMatchObject({ signature: live.signature, holder: plan.wallet });
      }
      expect(await look()).toEqual([]);
    });

    it('refuses to sign or judge a plan of another chain', async () => {
      const plan = await newPlan({ genesisHash: 'another chain' });
      await expect(bench.chain.prepare(plan, 1)).rejects.toMatchObject({ code: 'chain-differs' });
      const ours = await newPlan();
      const live = await attemptOf(ours);
      await expect(look(watch({ ...ours, genesisHash: 'another chain' }, live))).rejects.toMatchObject({ code: 'chain-differs' });
    });

    it('refuses to sign for another base key than the plan names', async () => {
      const plan = await newPlan();
      await expect(bench.chain.prepare({ ...plan, base: bench.newWallet() }, 1)).rejects.toMatchObject({ code: 'configuration' });
    });

    revocableTickets(() => bench);

    it("returns the payer's balance and the cost of a mint", async () => {
      const { balance, perMint } = await bench.chain.funds();
      expect(balance).toBeGreaterThan(perMint);
      expect(perMint).toBeGreaterThan(0n);
    });
  });
}
