import type { Leaf, MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';

/** The address of a ticket's asset: public, computable by anyone, and usable only with the base key. */
export type AssetAddress = Pick<MintPlan, 'base' | 'seed' | 'program' | 'asset' | 'compressed'>;

/** The kind of a compressed ticket: `revocable` tickets belong to a separate collection. Undefined: a Token-2022 mint. */
export type Compressed = { readonly revocable: boolean } | undefined;

export const isCompressed = ({ compressed }: Pick<MintPlan, 'compressed'>): boolean => compressed !== undefined;

/** One signed transaction. It lands at most once, and never after its last valid block height. */
export type SignedTransaction = Pick<MintAttempt, 'signature' | 'transaction' | 'blockhash' | 'lastValidBlockHeight'>;

/** A ticket with a live attempt, to mint or to burn, that may still land. */
export type Watched = Extract<TicketMint, { state: 'submitted' | 'revoking' }>;

/** The node's response to a submission. It proves nothing about landing: only `verdicts` does. */
export type Submission =
  | { readonly kind: 'accepted' }
  /** `by: program`: the simulated transaction failed in an instruction. `by: node`: any other rejection. */
  | { readonly kind: 'refused'; readonly by: 'program' | 'node'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type DeathReason =
  /** The chain is past the last block that could include it. */
  | 'expired'
  /** It is in a finalized block, without effect. */
  | 'landed-with-error'
  /** A program rejected the landed transaction or its simulation. */
  | 'program-refused';

export type Verdict =
  | {
      readonly kind: 'confirmed';
      readonly signature: string;
      readonly slot: string;
      readonly supply: string;
      readonly holder: string | null;
      /** Only for a compressed ticket. */
      readonly leaf?: Leaf;
    }
  | {
      readonly kind: 'dead';
      readonly attempt: number;
      readonly reason: DeathReason;
      readonly evidence: Readonly<Record<string, string | number | null>>;
    }
  /** The asset is burned: `signature` is null when no attempt of the minter burned it. Only for an attempt to burn. */
  | { readonly kind: 'burned'; readonly signature: string | null; readonly slot: string }
  /** Another account occupies the planned address: an operator must investigate. */
  | { readonly kind: 'foreign'; readonly found: string }
  /** `seen`: the chain has the transaction, so it need not be sent again. */
  | { readonly kind: 'unknown'; readonly seen: boolean; readonly reason: string };

export interface Funds {
  readonly balance: bigint;
  /** The most that one mint takes from the balance: rent, fee, priority. */
  readonly perMint: bigint;
}

/** Bytes in the asset's metadata: a longer name does not fit one transaction. */
export const MAX_NAME_BYTES = 32;
export const MAX_SYMBOL_BYTES = 10;
export const MAX_URI_BYTES = 72;

export const CHAIN = Symbol('the chain');

/**
 * The blockchain that tickets are minted on. Failure, timeout and refusal are distinct: a method throws `Fault('chain-unreachable')`
 * when the outcome is unknown, and never turns that into a verdict.
 */
export interface Chain {
  /** The genesis hash of the blockchain behind the RPC, at most a moment old. */
  genesisHash(): Promise<string>;

  /** The address of a ticket's asset, or of its marker: a function of the base key, the tenant and the ticket alone. */
  address(tenant: TenantId, ticket: TicketId, compressed?: Compressed): AssetAddress;

  /** The key that can burn revocable assets. It is part of each plan and cannot change later. */
  readonly delegate: string;

  /**
   * Builds and signs attempt number `attempt` of a plan. Sends nothing.
   * @throws Fault `chain-differs` when the plan is for another chain, `configuration` when its base key is not the minter's, `no-tree`
   * when no tree has room for a compressed ticket
   */
  prepare(plan: MintPlan, attempt: number): Promise<SignedTransaction>;

  /**
   * Builds and signs attempt number `attempt` to burn a revocable plan's asset. Sends nothing. `leaf`: of a compressed ticket.
   * @throws Fault `chain-differs` as above, `configuration` when its delegate is not the minter's, `tree-differs` when the leaf cannot be
   * proven
   */
  prepareBurn(plan: MintPlan, attempt: number, leaf?: Leaf): Promise<SignedTransaction>;

  /** Sends the exact bytes of an attempt; may be repeated while the attempt is live. With `simulate` the node simulates them first. */
  submit(attempt: MintAttempt, simulate: boolean): Promise<Submission>;

  /**
   * One verdict for each, in order, from finalized state.
   * @throws Fault `chain-differs` when the RPC serves another chain than the plans'
   */
  verdicts(watched: readonly Watched[]): Promise<readonly Verdict[]>;

  funds(): Promise<Funds>;

  /** Requests lamports for the payer on a development chain. False on a chain without airdrops. */
  replenish(): Promise<boolean>;
}
