import { createTree } from '../../apps/minter/src/chains/bubblegum/provision-trees.js';
import type { TreeSize } from '../../apps/minter/src/chains/bubblegum/tree-account.js';
import { TreeKeys } from '../../apps/minter/src/chains/bubblegum/tree-keys.js';
import { treesOf } from '../../apps/minter/src/chains/bubblegum/trees.js';
import { loadMintKeys, type MintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { MinterStage } from './minter-stage.js';

const RPC_MS = 10_000;
const SLOT_PASSES_MS = 60_000;

/** The trees of a stage's minters. Its chain has the programs of compressed tickets. */
export class StageTrees {
  private constructor(
    readonly keys: MintKeys,
    readonly rpc: Rpc,
    private readonly url: string,
  ) {}

  /** Creates the collections and a tree of each size, filled in this order. */
  static async plant(stage: MinterStage, ...sizes: readonly TreeSize[]): Promise<StageTrees> {
    const keys = await loadMintKeys(stage.environment.MINT_KEYS_DIR, 'create');
    const rpc = new Rpc(stage.solana.url, RPC_MS);
    const trees = new StageTrees(keys, rpc, stage.solana.url);
    await trees.chain().replenish();
    const slotAtLeast = async (slot: number) => (await rpc.finalizedHead()).slot >= slot;
    const pause = async () => {
      const { slot } = await rpc.finalizedHead();
      await waitFor(() => slotAtLeast(slot + 1), { what: 'the next slot', timeoutMs: SLOT_PASSES_MS });
    };
    for (const size of sizes) await createTree({ rpc, keys, microLamports: 0, pause }, size);
    return trees;
  }

  chain(): Token2022Chain {
    return new Token2022Chain(this.keys, { url: this.url, timeoutMs: RPC_MS, priority: { floor: 0 }, freshMs: 0, airdrop: true });
  }

  address(number: number): string {
    return new TreeKeys(this.keys.base).tree(number).toBase58();
  }

  /** Leaves in all trees, burned ones with them. */
  async leavesMade(): Promise<number> {
    let made = 0;
    for await (const { minted } of treesOf(this.rpc, new TreeKeys(this.keys.base))) made += minted;
    return made;
  }
}
