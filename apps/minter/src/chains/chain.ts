import type { MintAttempt, MintPlan } from '#shared/domain/mint/events.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { TenantId, TicketId } from '#shared/kernel/ids.js';

/** Where a ticket's asset will stand: public, computable by anyone, and only the holder of the base key can occupy it. */
export type AssetAddress = Pick<MintPlan, 'base' | 'seed' | 'program' | 'asset'>;

/** One signed transaction. It lands at most once, and never after its last valid block height. */
export type SignedTransaction = Pick<MintAttempt, 'signature' | 'transaction' | 'blockhash' | 'lastValidBlockHeight'>;

/** A ticket whose live attempt, to mint or to burn, may or may not land. */
export type Watched = Extract<TicketMint, { state: 'submitted' | 'revoking' }>;

/** What the node said when it was given the bytes. None of it proves anything about landing: only `look` does. */
export type Submission =
  | { readonly kind: 'accepted' }
  /** `by: program`: the simulated transaction failed in an instruction. `by: node`: anything else. */
  | { readonly kind: 'refused'; readonly by: 'program' | 'node'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type DeathReason =
  /** The chain is past the last block that could have taken it. */
  | 'expired'
  /** It is in a finalized block, without effect. */
  | 'landed-with-error'
  /** A program said no, to the transaction that landed or to its simulation. */
  | 'program-refused';

export type Verdict =
  | {
      readonly kind: 'confirmed';
      readonly signature: string;
      readonly slot: string;
      readonly supply: string;
      readonly holder: string | null;
    }
  | {
      readonly kind: 'dead';
      readonly attempt: number;
      readonly reason: DeathReason;
      readonly evidence: Readonly<Record<string, string | number | null>>;
    }
  /** Nothing is left of the asset, whoever burned it: `signature` is null where no attempt of ours did. Only for an attempt to burn. */
  | { readonly kind: 'burned'; readonly signature: string | null; readonly slot: string }
  /** Something that is not our asset stands at the planned address: a human must look. */
  | { readonly kind: 'foreign'; readonly found: string }
  /** `seen`: the chain knows the transaction, so there is no need to send it again. */
  | { readonly kind: 'unknown'; readonly seen: boolean; readonly reason: string };

export interface Funds {
  readonly balance: bigint;
  /** What one mint takes from the balance at most: rent, fee, priority. */
  readonly perMint: bigint;
}

/** Bytes, as the asset's metadata holds them: more would not fit one transaction. */
export const MAX_NAME_BYTES = 32;
export const MAX_SYMBOL_BYTES = 10;
export const MAX_URI_BYTES = 72;

/**
 * The chain tickets are minted on. Failure, timeout and refusal are three different things here:
 * a method throws `Fault('chain-unreachable')` when nothing is known, and never turns that into a verdict.
 */
export interface Chain {
  /** Identifies the chain behind the RPC, asked within the last moment. */
  genesisHash(): Promise<string>;

  /** The address of a ticket's asset: a function of the base key, the tenant and the ticket alone. */
  address(tenant: TenantId, ticket: TicketId): AssetAddress;

  /** Who will be able to burn a revocable asset. Stands in its plan, and cannot be another afterwards. */
  readonly delegate: string;

  /**
   * Builds and signs attempt number `attempt` of a plan. Sends nothing.
   * @throws Fault `chain-differs` when the plan was made for another chain, `configuration` when its base key is not ours
   */
  prepare(plan: MintPlan, attempt: number): Promise<SignedTransaction>;

  /**
   * Builds and signs attempt number `attempt` to burn a revocable plan's asset. Sends nothing.
   * @throws Fault `chain-differs` as above, `configuration` when its delegate is not ours
   */
  prepareBurn(plan: MintPlan, attempt: number): Promise<SignedTransaction>;

  /** Hands the very bytes of an attempt to the chain; may be repeated while the attempt lives. `simulate` has the node try them first. */
  submit(attempt: MintAttempt, simulate: boolean): Promise<Submission>;

  /**
   * One verdict for each, in order, from finalized state.
   * @throws Fault `chain-differs` when the RPC serves another chain than the one planned for
   */
  verdicts(watched: readonly Watched[]): Promise<readonly Verdict[]>;

  funds(): Promise<Funds>;

  /** Asks a chain for development to fill the payer's account. False where lamports are not given away. */
  replenish(): Promise<boolean>;
}
