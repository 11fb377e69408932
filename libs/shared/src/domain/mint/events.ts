import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';

/** Everything a later attempt needs to build the same asset at the same address; written before the first attempt, never changed. */
export interface MintPlan {
  readonly ticket: TicketId;
  readonly order: OrderId;
  readonly unit: UnitId;
  readonly wallet: Wallet;
  readonly request: number;
  /** Address = createWithSeed(base, seed, program). */
  readonly base: string;
  readonly seed: string;
  readonly program: string;
  readonly asset: string;
  readonly genesisHash: string;
  readonly name: string;
  readonly symbol: string;
  readonly uri: string;
  /** SHA-256(canonical record of this ticket ‖ salt), base64url, as written in the transaction's memo; salt beside it. */
  readonly memo: string;
  readonly salt: string;
  /** SHA-256 of the document at the URI, hexadecimal. Absent where it was planned before there were documents. */
  readonly document?: string;
  /** Who may burn the asset of a revocable ticket. Absent: nobody but its holder, and it may be given away. */
  readonly delegate?: string;
}

/** One signed transaction, logged before it is sent. */
export interface MintAttempt {
  readonly ticket: TicketId;
  /** 1, 2, … */
  readonly attempt: number;
  readonly signature: string;
  /** The signed bytes, base64: a crash anywhere after this can send the very same ones again. */
  readonly transaction: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

export type MintPlanned = { readonly type: 'MintPlanned'; readonly data: MintPlan };
export type MintSubmitted = { readonly type: 'MintSubmitted'; readonly data: MintAttempt };
/** The attempt is proven never to land, or to have landed with an error and left no account; `evidence` says how it is known. */
export type MintAttemptDied = {
  readonly type: 'MintAttemptDied';
  readonly data: {
    readonly ticket: TicketId;
    readonly attempt: number;
    readonly reason: string;
    readonly evidence: Readonly<Record<string, string | number | null>>;
  };
};
export type MintCompleted = {
  readonly type: 'MintCompleted';
  readonly data: {
    readonly ticket: TicketId;
    readonly order: OrderId;
    readonly unit: UnitId;
    readonly wallet: Wallet;
    readonly asset: string;
    readonly signature: string;
    /** Slot of the finalized read-back, as a decimal string. */
    readonly slot: string;
    /** As read at that slot: the holder may have burned or moved it since. Recorded, never judged. */
    readonly supply: string;
    readonly holder: string | null;
  };
};
export type MintFailed = {
  readonly type: 'MintFailed';
  readonly data: { readonly ticket: TicketId; readonly request: number; readonly reason: string };
};

/** The ticket will not be minted: it was given back before anything was sent, or when every attempt was dead. Only now may its unit be sold again. */
export type MintCancelled = {
  readonly type: 'MintCancelled';
  readonly data: { readonly ticket: TicketId; readonly order: OrderId; readonly unit: UnitId };
};

/** The transaction that burns a minted asset, logged before it is sent. Its attempts are counted from 1 again. */
export type MintRevokeSubmitted = { readonly type: 'MintRevokeSubmitted'; readonly data: MintAttempt };
/** That transaction is proven never to burn anything any more, and the asset stands. */
export type MintRevokeDied = { readonly type: 'MintRevokeDied'; readonly data: MintAttemptDied['data'] };
/** At finalized, nothing of the asset is left. Only now may its unit be sold again. */
export type MintRevoked = {
  readonly type: 'MintRevoked';
  readonly data: {
    readonly ticket: TicketId;
    readonly order: OrderId;
    readonly unit: UnitId;
    readonly asset: string;
    /** Null where the holder burned it before we could. */
    readonly signature: string | null;
    readonly slot: string;
  };
};

/** The ticket is worth nothing at the door any more, and its unit may be sold again. The asset could not be burned: it stays with its holder. */
export type MintVoided = {
  readonly type: 'MintVoided';
  readonly data: { readonly ticket: TicketId; readonly order: OrderId; readonly unit: UnitId; readonly asset: string };
};

export type MintEvent =
  | MintPlanned
  | MintSubmitted
  | MintAttemptDied
  | MintCompleted
  | MintFailed
  | MintCancelled
  | MintRevokeSubmitted
  | MintRevokeDied
  | MintRevoked
  | MintVoided;

/** The body of a message on MINTS (`mint.<tenant>.<ticket>.<request>`). */
export interface MintCommand {
  readonly tenant: string;
  readonly sale: string;
  readonly order: OrderId;
  readonly ticket: TicketId;
  readonly unit: UnitId;
  readonly wallet: Wallet;
  readonly request: number;
  readonly name: string;
  readonly revocable?: true;
}

/**
 * The body of a message on MINTS that takes a ticket back (`mint.<tenant>.<ticket>.revoke`; with `override` `….override`, so that it is not
 * taken for one that lies there without). `override`: what is minted and cannot be burned becomes void.
 */
export interface RevokeCommand {
  readonly tenant: string;
  readonly sale: string;
  readonly order: OrderId;
  readonly ticket: TicketId;
  readonly unit: UnitId;
  readonly revoke: true;
  readonly override?: true;
}
