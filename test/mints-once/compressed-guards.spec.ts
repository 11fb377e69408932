import { Connection, PublicKey } from '@solana/web3.js';
import type { Leaf, MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { TreeKeys } from '../../apps/minter/src/chains/bubblegum/tree-keys.js';
import { EMPTY_LEAF } from '../../apps/minter/src/chains/bubblegum/tree-mirror.js';
import { TreeMirrors } from '../../apps/minter/src/chains/bubblegum/tree-mirrors.js';
import { treesOf } from '../../apps/minter/src/chains/bubblegum/trees.js';
import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import type { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import type { Program } from '../../dev/solana/programs.js';
import { FINAL_AFTER, LyingChain } from '../conformance/lying-chain.js';
import { mintPlan, nextTicket } from '../conformance/mint-plans.js';
import { SMALL_TREE, withPrograms } from '../conformance/programs.js';

/** The guards of compressed tickets, each against the real programs: what one transaction, one stranger or one node can do. */

const RPC_MS = 5_000;
const GIFT_LAMPORTS = 1_000_000;
/** Eight leaves. */
const TINY_TREE = { depth: 3, buffer: 8, canopy: 0 };
/** A proof is too old after eight changes. */
const SHORT_BUFFER = { depth: 5, buffer: 8, canopy: 0 };

/** One minter's chain on a chain with trees. */
class Leaves {
  chain!: Token2022Chain;
  private readonly made = new Map<string, Leaf>();

  constructor(readonly on: LyingChain) {}

  open(): void {
    this.chain = this.on.chain();
  }

  plan(over: Partial<MintPlan> = {}): Promise<MintPlan> {
    return mintPlan(this.chain, nextTicket(), Signer.generate().signer.address as Wallet, over, true);
  }

  async sign(plan: MintPlan, attempt = 1, chain = this.chain): Promise<MintAttempt> {
    this.on.pass(1); // a blockhash of its own
    return { ticket: plan.ticket, attempt, ...(await chain.prepare(plan, attempt)) };
  }

  async signBurn(plan: MintPlan, attempt = 1, chain = this.chain): Promise<MintAttempt> {
    this.on.pass(1);
    return { ticket: plan.ticket, attempt, ...(await chain.prepareBurn(plan, attempt, this.made.get(plan.asset))) };
  }

  async look(plan: MintPlan, live: MintAttempt, ...earlier: readonly MintAttempt[]): Promise<Verdict | undefined> {
    const dead = earlier.map(({ attempt, signature }) => ({ attempt, signature, reason: 'expired' }));
    return (await this.chain.verdicts([{ state: 'submitted', plan, live, firstAttempt: 1, dead }]))[0];
  }

  async lookAtBurn(plan: MintPlan, live: MintAttempt): Promise<Verdict | undefined> {
    const leaf = this.made.get(plan.asset);
    const watched: Watched = {
      ...{ state: 'revoking', plan, live, dead: [], asset: plan.asset, signature: 'of the mint' },
      ...(leaf !== undefined && { leaf }),
    };
    return (await this.chain.verdicts([watched]))[0];
  }

  async minted(over: Partial<MintPlan> = {}): Promise<MintPlan> {
    const plan = await this.plan(over);
    const live = await this.sign(plan);
    expect(await this.chain.submit(live, true)).toEqual({ kind: 'accepted' });
    this.untilFinal();
    const verdict = await this.look(plan, live);
    expect(verdict).toMatchObject({ kind: 'confirmed', signature: live.signature });
    if (verdict?.kind === 'confirmed' && verdict.leaf !== undefined) this.made.set(plan.asset, verdict.leaf);
    return plan;
  }

  leafOf({ asset }: MintPlan): Leaf | undefined {
    return this.made.get(asset);
  }

  untilFinal(): void {
    this.on.pass(FINAL_AFTER + 1);
  }

  get rpc(): Rpc {
    return new Rpc(this.on.solana.url, RPC_MS);
  }

  /** Leaves ever made in each tree. */
  async perTree(): Promise<readonly number[]> {
    const counts: number[] = [];
    for await (const { minted } of treesOf(this.rpc, new TreeKeys(this.on.keys.base))) counts.push(minted);
    return counts;
  }
}

function leavesFor(programs: readonly Program[], ...trees: ConstructorParameters<typeof LyingChain>[2] & object): Leaves {
  const on = new Leaves(LyingChain.forTests('compressed', programs, trees));
  beforeAll(() => on.open());
  afterEach(() => on.on.solana.control.clearFaults());
  return on;
}

withPrograms('a compressed ticket', (programs) => {
  describe('that is minted', () => mintedOnce(leavesFor(programs, SMALL_TREE)));
  describe('whose tree is full', () => intoTheNextTree(leavesFor(programs, TINY_TREE, SMALL_TREE)));
  describe('whose trees are all full', () => waitsForATree(leavesFor(programs, TINY_TREE)));
  describe('that is burned', () => burnedWithFreshProofs(leavesFor(programs, SHORT_BUFFER)));
});

function mintedOnce(on: Leaves): void {
  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('[minting NM4] [minting NM8] is one leaf of two attempts by two minters, though %s lands before the other', async (_, first) => {
    const plan = await on.plan();
    const attempts = [await on.sign(plan, 1), await on.sign(plan, 2, on.on.chain())] as const;
    const [before = 0] = await on.perTree();
    const [made, refused] = first === 0 ? attempts : [attempts[1], attempts[0]];
    await on.chain.submit(made, false);
    await on.chain.submit(refused, false);
    on.untilFinal();
    expect(await on.perTree()).toEqual([before + 1]);
    expect(await on.look(plan, attempts[1], attempts[0])).toMatchObject({ kind: 'confirmed', signature: made.signature });
    const again = await on.sign(plan, 3);
    expect(await on.chain.submit(again, true)).toMatchObject({ kind: 'refused', by: 'program' });
  });

  it('[minting NM8] is minted once at a marker that a stranger sent lamports to, and the gift alone says nothing', async () => {
    const plan = await on.plan();
    await new Connection(on.on.solana.url, 'processed').requestAirdrop(new PublicKey(plan.asset), GIFT_LAMPORTS);
    const live = await on.sign(plan);
    on.on.untilExpired();
    expect(await on.look(plan, live)).toMatchObject({ kind: 'dead', reason: 'expired' });
    const next = await on.sign(plan, 2);
    expect(await on.chain.submit(next, true)).toEqual({ kind: 'accepted' });
    on.untilFinal();
    expect(await on.look(plan, next, live)).toMatchObject({ kind: 'confirmed', signature: next.signature });
  });

  it('[minting NM8] stays unknown while the node has no history, and is known once one has it', async () => {
    const plan = await on.plan();
    const live = await on.sign(plan);
    await on.chain.submit(live, true);
    on.untilFinal();
    on.on.solana.control.setFault('no-history', { recentSlots: 0 });
    expect(await on.look(plan, live)).toMatchObject({ kind: 'unknown' });
    on.on.untilExpired();
    expect(await on.look(plan, live)).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('history') });
    on.on.solana.control.clearFaults();
    expect(await on.look(plan, live)).toMatchObject({ kind: 'confirmed', signature: live.signature });
  });
}

function intoTheNextTree(on: Leaves): void {
  it('[minting NM8] goes to the next one, and the refusal of the full one is no lasting cause', async () => {
    const plans: MintPlan[] = [];
    while (plans.length < 2 ** TINY_TREE.depth + 2) plans.push(await on.plan());
    const attempts = await Promise.all(plans.map((plan) => on.sign(plan))); // all for the first tree, which has not that much room
    const [late, last] = [plans.at(-1), attempts.at(-1)];
    if (late === undefined || last === undefined) throw new Error('no plan');
    for (const attempt of attempts.slice(0, -1)) await on.chain.submit(attempt, false);
    expect(await on.chain.submit(last, true)).toMatchObject({ kind: 'refused', by: 'node' });
    await on.chain.submit(last, false);
    on.untilFinal();
    expect(await on.perTree()).toEqual([2 ** TINY_TREE.depth, 0]);
    expect(await on.look(late, last)).toMatchObject({ kind: 'dead', reason: 'landed-with-error' });
    const next = await on.sign(late, 2);
    expect(await on.chain.submit(next, true)).toEqual({ kind: 'accepted' });
    on.untilFinal();
    expect(await on.look(late, next, last)).toMatchObject({ kind: 'confirmed', signature: next.signature });
    expect(await on.perTree()).toEqual([2 ** TINY_TREE.depth, 1]);
  });
}

function waitsForATree(on: Leaves): void {
  it('is signed by no attempt until there is another, and the minter says in time that the trees are nearly full', async () => {
    const told: number[] = [];
    on.chain = on.on.chain({ onLowRoom: ({ left }) => told.push(left) });
    expect(on.chain.treeRoom).toBeUndefined();
    for (let made = 0; made < 2 ** TINY_TREE.depth; made += 1) {
      expect(told).toEqual([]);
      await on.minted(); // the eighth has room for one as it is signed: less than a fifth of the tree
    }
    expect([told, on.chain.treeRoom]).toEqual([[1], { left: 1, isLow: true }]);
    const plan = await on.plan();
    await expect(on.sign(plan)).rejects.toMatchObject({ code: 'no-tree', kind: 'retryable' });
    await on.on.plant(SMALL_TREE);
    expect(await on.chain.submit(await on.sign(plan), true)).toEqual({ kind: 'accepted' });
    expect([on.chain.treeRoom?.isLow, told]).toEqual([false, [1]]);
  });
}

function burnedWithFreshProofs(on: Leaves): void {
  it('[minting NM8] is burned with a new proof, where the first is older than the changes that the tree remembers', async () => {
    const plan = await on.minted({ delegate: on.chain.delegate });
    const stale = await on.signBurn(plan);
    for (let changes = 0; changes <= SHORT_BUFFER.buffer; changes += 1) await on.minted();
    expect(await on.chain.submit(stale, true)).toMatchObject({ kind: 'refused', by: 'program' });
    await on.chain.submit(stale, false);
    on.untilFinal();
    expect(await on.lookAtBurn(plan, stale)).toMatchObject({ kind: 'dead', reason: 'program-refused' });
    const fresh = await on.signBurn(plan, 2);
    expect(await on.chain.submit(fresh, true)).toEqual({ kind: 'accepted' });
    on.untilFinal();
    expect(await on.lookAtBurn(plan, fresh)).toMatchObject({ kind: 'burned', signature: fresh.signature });
  });

  it('[minting NM8] is not burned with a proof from a log that differs from the chain', async () => {
    const plan = await on.minted({ delegate: on.chain.delegate });
    const never = 2 ** SHORT_BUFFER.depth - 1;
    const wrong = on.on.chain({ logged: async () => [[never, Buffer.alloc(32, 7)]] });
    await expect(on.signBurn(plan, 1, wrong)).rejects.toMatchObject({ code: 'tree-differs' });
    const { mirror } = await new TreeMirrors().read(on.rpc, on.leafOf(plan)?.tree ?? '');
    expect(mirror.leaf(never)).toEqual(EMPTY_LEAF);
  });
}
