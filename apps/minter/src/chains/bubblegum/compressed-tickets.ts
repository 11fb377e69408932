import { PublicKey } from '@solana/web3.js';
import type { Leaf, MintPlan } from '#shared/domain/mint/events.js';
import { Fault } from '#shared/kernel/fault.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';
import type { AssetAddress, SignedTransaction } from '../chain.js';
import type { ReadChunk } from '../token-2022/look.js';
import type { MintKeys } from '../token-2022/mint-keys.js';
import type { Terms } from '../token-2022/mint-transaction.js';
import type { Providers } from '../token-2022/rpc/providers.js';
import { signLeafBurn, signLeafMint } from './leaf-transaction.js';
import { readLeaves } from './look-leaves.js';
import { markerAddress } from './marker.js';
import { TreeKeys } from './tree-keys.js';
import { type LoggedLeaves, TreeMirrors } from './tree-mirrors.js';
import { type TreeRoom, Trees } from './trees.js';

/** Tickets that are leaves of Bubblegum's trees. Each has a marker, which makes a second mint fail and tells that the first took effect. */
export class CompressedTickets {
  readonly read: ReadChunk;
  private readonly keys: TreeKeys;
  private readonly trees: Trees;
  private readonly mirrors: TreeMirrors;

  constructor(
    private readonly mintKeys: MintKeys,
    private readonly providers: Providers,
    options: { readonly freshMs: number; readonly logged?: LoggedLeaves; readonly onLowRoom?: (room: TreeRoom) => void },
  ) {
    this.keys = new TreeKeys(mintKeys.base);
    this.trees = new Trees(this.keys, providers, options.freshMs, options.onLowRoom);
    this.mirrors = new TreeMirrors(options.logged);
    this.read = readLeaves(this.mirrors);
  }

  /** Undefined before the first mint of this process. */
  get room(): TreeRoom | undefined {
    return this.trees.room;
  }

  address(tenant: TenantId, ticket: TicketId, { revocable }: { readonly revocable: boolean }): AssetAddress {
    const collection = this.keys.collection(revocable ? this.mintKeys.delegate.address : undefined).toBase58();
    return { ...markerAddress(this.mintKeys.base.publicKey, tenant, ticket), compressed: { collection } };
  }

  async prepare(plan: MintPlan, terms: Terms): Promise<SignedTransaction> {
    return signLeafMint(plan, await this.trees.next(plan.delegate), this.mintKeys, terms);
  }

  async prepareBurn(plan: MintPlan, leaf: Leaf | undefined, terms: Terms): Promise<SignedTransaction> {
    if (leaf === undefined) throw new Fault('configuration', { problems: [`the log does not say which leaf ticket ${plan.ticket} is`] });
    const place = { tree: new PublicKey(leaf.tree), index: leaf.index };
    const { mirror, canopy, root } = await this.providers.use(({ rpc }) => this.mirrors.read(rpc, leaf.tree));
    return signLeafBurn(plan, place, { root, nodes: mirror.proof(leaf.index, canopy) }, this.mintKeys, terms);
  }
}
