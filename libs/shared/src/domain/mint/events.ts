import type { OrderId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import type { AssetLinks, AssetTerms } from '../sale/assets/asset-terms.js';
import type { TicketKind } from '../sale/events.js';

/** The data that every later attempt needs to build the same asset at the same address; written before the first attempt, never changed. */
export interface MintPlan extends TicketKind {
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
  /** SHA-256 of the document at the URI, hexadecimal. Absent in plans older than documents. */
  readonly document?: string;
  /** Other content of the document, with the sale's full name. Absent: the document has its first form. */
  readonly shown?: AssetLinks & { readonly name: string };
  /** The key that may burn a revocable ticket's asset. Absent: only its holder may burn it, and it is transferable. */
  readonly delegate?: string;
  /** Set for a leaf of a tree, minted into this collection; `asset` is its marker. Absent: a Token-2022 mint. */
  readonly compressed?: { readonly collection: string };
}

/** The location of a compressed ticket: the `index`-th leaf of a tree. Wallets identify it by `asset`, the address derived from both. */
export interface Leaf {
  readonly tree: string;
  readonly index: number;
  readonly asset: string;
}

/** One signed transaction, logged before it is sent. */
export interface MintAttempt {
  readonly ticket: TicketId;
  /** 1, 2, … */
  readonly attempt: number;
  readonly signature: string;
  /** The signed bytes, base64: after a crash exactly these bytes can be sent again. */
  readonly transaction: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

export type MintPlanned = { readonly type: 'MintPlanned'; readonly data: MintPlan };
export type MintSubmitted = { readonly type: 'MintSubmitted'; readonly data: MintAttempt };
/** The attempt is proven never to land, or to have landed with an error and without an account; `evidence` gives the proof. */
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
    /** As of that slot: the holder may have burned or moved it since. Recorded, not checked. */
    readonly supply: string;
    readonly holder: string | null;
    /** For a compressed ticket: its leaf, as created by the mint transaction. */
    readonly leaf?: Leaf;
  };
};
export type MintFailed = {
  readonly type: 'MintFailed';
  readonly data: { readonly ticket: TicketId; readonly request: number; readonly reason: string };
};

/** The ticket will not be minted: it was revoked before any send, or when every attempt was dead. Only now may its unit be sold again. */
export type MintCancelled = {
  readonly type: 'MintCancelled';
  readonly data: { readonly ticket: TicketId; readonly order: OrderId; readonly unit: UnitId };
};

/** The transaction that burns a minted asset, logged before it is sent. Its attempts are numbered from 1 again. */
export type MintRevokeSubmitted = { readonly type: 'MintRevokeSubmitted'; readonly data: MintAttempt };
/** That transaction is proven unable to burn the asset, which still exists. */
export type MintRevokeDied = { readonly type: 'MintRevokeDied'; readonly data: MintAttemptDied['data'] };
/** The asset is burned in finalized state. Only now may its unit be sold again. */
export type MintRevoked = {
  readonly type: 'MintRevoked';
  readonly data: {
    readonly ticket: TicketId;
    readonly order: OrderId;
    readonly unit: UnitId;
    readonly asset: string;
    /** Null when the holder burned it first. */
    readonly signature: string | null;
    readonly slot: string;
  };
};

/** The ticket no longer admits its holder, and its unit may be sold again. The asset could not be burned and stays with its holder. */
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

const MINT_EVENTS: Readonly<Record<MintEvent['type'], true>> = {
  ...{ MintPlanned: true, MintSubmitted: true, MintAttemptDied: true, MintCompleted: true, MintFailed: true, MintCancelled: true },
  ...{ MintRevokeSubmitted: true, MintRevokeDied: true, MintRevoked: true, MintVoided: true },
};

/** True for events of a minter. Events of a sale may begin with the same word. */
export const isMintEvent = <E extends { readonly type: string }>(event: E): event is Extract<E, { readonly type: MintEvent['type'] }> =>
  Object.hasOwn(MINT_EVENTS, event.type);

/** The body of a message on MINTS (`mint.<tenant>.<ticket>.<request>`, resumed after a dispute `….<request>-<resumed>`). */
export interface MintCommand extends TicketKind, AssetTerms {
  readonly tenant: string;
  readonly sale: string;
  readonly order: OrderId;
  readonly ticket: TicketId;
  readonly unit: UnitId;
  readonly wallet: Wallet;
  readonly request: number;
  readonly name: string;
  /** Sequence in EVENTS of the commit in which the mint was resumed. Absent: no dispute held it. */
  readonly resumed?: number;
}

/**
 * The body of a message on MINTS that revokes a ticket (`mint.<tenant>.<ticket>.revoke`; with `override` `….override`, so that it is not
 * a duplicate of a stored one without). `override`: a minted ticket that cannot be burned becomes void.
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
