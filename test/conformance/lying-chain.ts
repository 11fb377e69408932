import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { createTree } from '../../apps/minter/src/chains/bubblegum/provision-trees.js';
import type { TreeSize } from '../../apps/minter/src/chains/bubblegum/tree-account.js';
import type { Verdict, Watched } from '../../apps/minter/src/chains/chain.js';
import { freshMintKeys, Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain, type Token2022Options } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import type { Program } from '../../dev/solana/programs.js';
import { Stage } from '../stages/stage.js';
import { mintPlan, nextTicket } from './mint-plans.js';
import { SMALL_TREE, withPrograms } from './programs.js';

export const FINAL_AFTER = 3;
export const LIFE_BLOCKS = 150;
const RPC_MS = 5_000;

/** A planned mint with one signed attempt. */
export interface Live {
  readonly plan: MintPlan;
  readonly live: MintAttempt;
  readonly look: (by: Token2022Chain) => Promise<Verdict | undefined>;
}

/** A local Solana that passes slots only by hand, and minters' chains in front of it. */
export class LyingChain extends Stage {
  readonly keys = freshMintKeys();
  solana!: LocalSolana;

  constructor(
    readonly asset: AssetKind,
    private readonly programs: readonly Program[] = [],
    private readonly trees: readonly TreeSize[] = [SMALL_TREE],
  ) {
    super();
  }

  override async open(): Promise<void> {
    this.solana = await this.keep(
      startLocalSolana({ port: 0, slotMs: 'manual', finalizedAfterSlots: FINAL_AFTER, programs: this.programs }),
    );
    await this.chain().replenish();
    this.pass(40);
    if (this.asset === 'compressed') for (const size of this.trees) await this.plant(size);
  }

  async plant(size: TreeSize): Promise<void> {
    const pause = async () => this.pass(1);
    await createTree({ rpc: new Rpc(this.solana.url, RPC_MS), keys: this.keys, microLamports: 0, pause }, size);
  }

  chain(more: Partial<Token2022Options> = {}): Token2022Chain {
    const options = { url: this.solana.url, timeoutMs: RPC_MS, priority: { floor: 0 }, freshMs: 0, airdrop: true };
    return new Token2022Chain(this.keys, { ...options, ...more });
  }

  async attempt(chain = this.chain()): Promise<Live> {
    const wallet = Signer.generate().signer.address as Wallet;
    const plan = await mintPlan(chain, nextTicket(), wallet, {}, this.asset === 'compressed');
    const live = { ticket: plan.ticket, attempt: 1, ...(await chain.prepare(plan, 1)) };
    const watched: Watched = { state: 'submitted', plan, live, dead: [], firstAttempt: 1 };
    return { plan, live, look: async (by) => (await by.verdicts([watched]))[0] };
  }

  async landed(chain = this.chain()): Promise<Live> {
    const mint = await this.attempt(chain);
    expect(await chain.submit(mint.live, true)).toEqual({ kind: 'accepted' });
    return mint;
  }

  pass(slots: number): void {
    this.solana.control.advance(slots);
  }

  untilExpired(): void {
    this.pass(LIFE_BLOCKS + FINAL_AFTER + 2);
  }
}

/** The same tests for each kind of asset; compressed ones with the real programs. */
export function eachAsset(tests: (on: LyingChain) => void): void {
  const suite = (asset: AssetKind, programs?: readonly Program[]) => () => tests(LyingChain.forTests(asset, programs));
  describe('Token-2022', suite('token-2022'));
  withPrograms('compressed tickets', (programs) => suite('compressed', programs)());
}
