// Written by `npm run docs` from the operations of the service.
import type { CallOptions } from './call-options.js';
import type { Outcome } from './outcome.js';

export type ChangeSale = {
  readonly sale: string;
  /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
  readonly name?: string;
  /** The current one: it cannot be changed. */
  readonly currency?: string;
  /** Of every ticket, in a sale without categories and types. */
  readonly price?: {
    readonly amount: string;
    /** A currency of ISO 4217 that is in use, such as EUR. Amounts are in its minor units: "5000" is 50.00 EUR, 5000 JPY, 5.000 KWD. */
    readonly currency: string;
  };
  /** The complete list: existing ones, possibly with other names or limits, and new ones. */
  readonly categories?: readonly {
    readonly category: string;
    /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
    readonly name?: string;
    /** Units of one buyer in this category at a time; the limit of the sale applies too. */
    readonly maxPerBuyer?: number;
    /** Units of one wallet in this category at a time; the limit of the sale applies too. */
    readonly maxPerWallet?: number;
  }[];
  /** The complete list: existing and new ones. */
  readonly types?: readonly {
    readonly type: string;
    /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
    readonly name?: string;
  }[];
  /** All of them, for later orders. */
  readonly prices?: readonly {
    /** Needed where the sale has several. */
    readonly category?: string;
    readonly type?: string;
    readonly amount: string;
  }[];
  /** The complete list: an omitted code can no longer be used. */
  readonly codes?: readonly {
    readonly code: string;
    /** The number of live orders that may use it. */
    readonly uses: number;
    /** Off each matching ticket, rounded down to minor units. */
    readonly percentOff?: number;
    /** Minor units off each matching ticket, at most its price. */
    readonly amountOff?: string;
    /** Left out: every type. */
    readonly types?: readonly string[];
    /** Left out: every category. */
    readonly categories?: readonly string[];
    /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
    readonly from?: string;
    /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
    readonly until?: string;
  }[];
  /** Added rows, seats and areas, and existing areas with a new quota. */
  readonly units?: {
    /** A seat is `<row>-<number>`. */
    readonly rows?: readonly ({
      readonly row: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      readonly from: number;
      readonly to: number;
      /** 2: odd numbers, or even ones. Left out: 1. */
      readonly step?: number;
    } | {
      readonly row: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      /** Seats of one range stand next to each other; an aisle begins another. */
      readonly seats: readonly {
        readonly from: number;
        readonly to: number;
        /** 2: odd numbers, or even ones. Left out: 1. */
        readonly step?: number;
        /** Left out: that of the row. */
        readonly category?: string;
      }[];
    })[];
    /** Seats one by one; they have no neighbours. */
    readonly seats?: readonly (string | {
      readonly unit: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
    })[];
    /** Places without a plan: a place is `<area>-<number>`. */
    readonly areas?: readonly {
      readonly area: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      readonly quota: number;
    }[];
    /** A number of places without a plan, and nothing else. */
    readonly quota?: number;
  };
  readonly maxPerBuyer?: number;
  /** null: any number. */
  readonly maxPerWallet?: number | null;
  /** null: 50. */
  readonly maxEndedHolds?: number | null;
  /** Of later orders. */
  readonly holdSeconds?: number;
  /** null: no limit. */
  readonly opensAt?: string | null;
  /** null: no limit. */
  readonly closesAt?: string | null;
  /** Of tickets whose mint is requested later. null: an image that is made. */
  readonly image?: string | null;
  /** Of tickets whose mint is requested later. null: none. */
  readonly externalUrl?: string | null;
  /** true: it takes no orders until it is false. */
  readonly paused?: boolean;
  /** Accepts orders again after it was closed. */
  readonly reopen?: true;
};

export type GetSale = {
  readonly sale: string;
};

export type EndOrder = {
  readonly sale: string;
  readonly order: string;
  /** Only these tickets of the order end, and the others stay. Its last ticket ends the order. Left out: the whole order. */
  readonly tickets?: readonly string[];
  /** Also if a minted ticket cannot be revoked. It becomes void, and its asset stays with its holder. */
  readonly override?: true;
};

export type GetOrder = {
  readonly sale: string;
  readonly order: string;
};

export type GetTicket = {
  readonly sale: string;
  readonly ticket: string;
};

export type ListRefundsDue = {
  readonly sale: string;
  /** Entries of one page, 1 to 1000. Left out: 1000. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
};

export type ListSales = {
  /** Sales of one page, 1 to 200. Left out: 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
};

export type ListUnits = {
  readonly sale: string;
  /** `next` of the page before. Over HTTP there are no pages. */
  readonly cursor?: string;
};

export type MintTickets = {
  readonly sale: string;
  readonly tickets: readonly string[];
  readonly wallet: string;
};

export type OpenSale = {
  readonly sale: string;
  /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
  readonly name: string;
  /** Of every ticket, in a sale without categories and types. */
  readonly price?: {
    readonly amount: string;
    /** A currency of ISO 4217 that is in use, such as EUR. Amounts are in its minor units: "5000" is 50.00 EUR, 5000 JPY, 5.000 KWD. */
    readonly currency: string;
  };
  /** A currency of ISO 4217 that is in use, such as EUR. Amounts are in its minor units: "5000" is 50.00 EUR, 5000 JPY, 5.000 KWD. */
  readonly currency?: string;
  readonly categories?: readonly {
    readonly category: string;
    /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
    readonly name?: string;
    /** Units of one buyer in this category at a time; the limit of the sale applies too. */
    readonly maxPerBuyer?: number;
    /** Units of one wallet in this category at a time; the limit of the sale applies too. */
    readonly maxPerWallet?: number;
  }[];
  readonly types?: readonly {
    readonly type: string;
    /** 1 to 120 characters, at least one of which can be seen. No control characters, separators of lines or paragraphs, halves of surrogate pairs or characters that turn the direction of writing; nothing that looks like an e-mail address or a card number. */
    readonly name?: string;
  }[];
  /** Of each type of ticket that is sold in a category. */
  readonly prices?: readonly {
    /** Needed where the sale has several. */
    readonly category?: string;
    readonly type?: string;
    readonly amount: string;
  }[];
  /** Discount codes of orders. */
  readonly codes?: readonly {
    readonly code: string;
    /** The number of live orders that may use it. */
    readonly uses: number;
    /** Off each matching ticket, rounded down to minor units. */
    readonly percentOff?: number;
    /** Minor units off each matching ticket, at most its price. */
    readonly amountOff?: string;
    /** Left out: every type. */
    readonly types?: readonly string[];
    /** Left out: every category. */
    readonly categories?: readonly string[];
    /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
    readonly from?: string;
    /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
    readonly until?: string;
  }[];
  readonly units: {
    /** A seat is `<row>-<number>`. */
    readonly rows?: readonly ({
      readonly row: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      readonly from: number;
      readonly to: number;
      /** 2: odd numbers, or even ones. Left out: 1. */
      readonly step?: number;
    } | {
      readonly row: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      /** Seats of one range stand next to each other; an aisle begins another. */
      readonly seats: readonly {
        readonly from: number;
        readonly to: number;
        /** 2: odd numbers, or even ones. Left out: 1. */
        readonly step?: number;
        /** Left out: that of the row. */
        readonly category?: string;
      }[];
    })[];
    /** Seats one by one; they have no neighbours. */
    readonly seats?: readonly (string | {
      readonly unit: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
    })[];
    /** Places without a plan: a place is `<area>-<number>`. */
    readonly areas?: readonly {
      readonly area: string;
      /** The text that people see instead of the name. */
      readonly label?: string;
      /** Needed where the sale has several. */
      readonly category?: string;
      readonly quota: number;
    }[];
    /** A number of places without a plan, and nothing else. */
    readonly quota?: number;
  };
  /** Units of one buyer at a time; `Alice` and `alice` are one buyer. */
  readonly maxPerBuyer?: number;
  /** Units of one wallet at a time. Left out: any number. */
  readonly maxPerWallet?: number;
  /** Holds of one buyer that may end without a payment before its orders are refused. Left out: 50. */
  readonly maxEndedHolds?: number;
  readonly holdSeconds?: number;
  readonly payment?: 'none' | 'webhook';
  readonly mint?: 'on-confirm' | 'on-request';
  /** `revocable`: assets cannot be given away, and are burned before a refunded unit is sold again. Left out: `transferable`. */
  readonly tickets?: 'transferable' | 'revocable';
  /** What a ticket is on the blockchain: `compressed` needs an operator that offers it. It cannot be changed. Left out: `token-2022`. */
  readonly asset?: 'token-2022' | 'compressed';
  /** Wallets may be addresses of programs, which no key signs for: a smart wallet or a multisig. It cannot be changed. */
  readonly smartWallets?: true;
  /** The image that wallets show. Left out: an image of the name, the category and the label. */
  readonly image?: string;
  /** The page of the event, which wallets link to. */
  readonly externalUrl?: string;
  /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
  readonly opensAt?: string;
  /** An RFC 3339 time with an offset, from 1970-01-01T00:00:00.000Z to 9998-12-31T23:59:59.999Z. Leave it out for no limit. */
  readonly closesAt?: string;
};

export type PlaceOrder = {
  readonly sale: string;
  readonly buyer: string;
  readonly units?: readonly string[];
  readonly quantity?: number;
  /** Named units are taken first, then the others item by item: the earliest free ones in the order of the plan. */
  readonly items?: readonly {
    readonly unit?: string;
    readonly area?: string;
    readonly category?: string;
    readonly quantity?: number;
    /** Units of one range of a row, next to each other. */
    readonly adjacent?: true;
    /** Needed where tickets of several types are sold. */
    readonly type?: string;
  }[];
  readonly wallet?: string;
  /** A discount code of the sale. The order uses it until it ends. */
  readonly code?: string;
};

export type DisputeNotification = {
  readonly sale: string;
  readonly order: string;
  /** An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash. */
  readonly payment: string;
  /** Three capital letters. Money in another currency than that of the order pays nothing, and is due for refund. */
  readonly currency: string;
  /** So much is disputed, or was won or lost, in minor units. */
  readonly amount: string;
  /** An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash. */
  readonly dispute: string;
  readonly status: 'opened' | 'won' | 'lost';
};

export type PaymentNotification = {
  readonly sale: string;
  readonly order: string;
  /** An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash. */
  readonly payment: string;
  /** Three capital letters. Money in another currency than that of the order pays nothing, and is due for refund. */
  readonly currency: string;
  readonly amount: string;
};

export type RefundFailure = {
  readonly sale: string;
  readonly order: string;
  /** An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash. */
  readonly payment: string;
  /** Three capital letters. Money in another currency than that of the order pays nothing, and is due for refund. */
  readonly currency: string;
  /** Of this refund, in minor units. */
  readonly amount: string;
  /** Id of this refund. */
  readonly refund: string;
};

export type RefundNotification = {
  readonly sale: string;
  readonly order: string;
  /** An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash. */
  readonly payment: string;
  /** Three capital letters. Money in another currency than that of the order pays nothing, and is due for refund. */
  readonly currency: string;
  /** Of this refund, in minor units. */
  readonly amount?: string;
  /** Id of this refund. Left out, it is the id of the webhook, or the idempotency key. */
  readonly refund?: string;
  /** All that went back of the payment so far, in minor units. */
  readonly refundedTotal?: string;
};

export type AddWebhook = {
  /** The name of the endpoint, which you choose. */
  readonly endpoint: string;
  /** Where events are sent, by https to a public address. */
  readonly url: string;
  /** The events that are sent, such as OrderConfirmed. Left out: all. */
  readonly types?: readonly ('SaleOpened' | 'SaleClosed' | 'SaleChanged' | 'OrderPlaced' | 'OrderConfirmed' | 'OrderPaymentChanged' | 'OrderExpired' | 'OrderCancelled' | 'TicketsEnded' | 'OrderRestored' | 'OrderRefunded' | 'UnitsReleased' | 'MintsRequested' | 'MintsHeld' | 'MintsResumed' | 'MintFailureNoted' | 'RevocationsRequested' | 'PaymentReceived' | 'PaymentFailed' | 'RefundOwed' | 'RefundPaid' | 'RefundFailed' | 'DisputeOpened' | 'DisputeWon' | 'DisputeLost' | 'PaymentReportSetAside' | 'MintPlanned' | 'MintSubmitted' | 'MintAttemptDied' | 'MintCompleted' | 'MintFailed' | 'MintCancelled' | 'MintRevokeSubmitted' | 'MintRevokeDied' | 'MintRevoked' | 'MintVoided' | 'EventSuspended')[];
  /** By which deliveries are signed. Left out: one is made, and answered once. */
  readonly secret?: string;
};

export type ChangeWebhook = {
  /** The name of the endpoint, which you choose. */
  readonly endpoint: string;
  /** Where events are sent, by https to a public address. */
  readonly url?: string;
  readonly types?: readonly ('SaleOpened' | 'SaleClosed' | 'SaleChanged' | 'OrderPlaced' | 'OrderConfirmed' | 'OrderPaymentChanged' | 'OrderExpired' | 'OrderCancelled' | 'TicketsEnded' | 'OrderRestored' | 'OrderRefunded' | 'UnitsReleased' | 'MintsRequested' | 'MintsHeld' | 'MintsResumed' | 'MintFailureNoted' | 'RevocationsRequested' | 'PaymentReceived' | 'PaymentFailed' | 'RefundOwed' | 'RefundPaid' | 'RefundFailed' | 'DisputeOpened' | 'DisputeWon' | 'DisputeLost' | 'PaymentReportSetAside' | 'MintPlanned' | 'MintSubmitted' | 'MintAttemptDied' | 'MintCompleted' | 'MintFailed' | 'MintCancelled' | 'MintRevokeSubmitted' | 'MintRevokeDied' | 'MintRevoked' | 'MintVoided' | 'EventSuspended')[] | null;
};

export type ListDeliveries = {
  /** The name of the endpoint, which you choose. */
  readonly endpoint: string;
  /** 1 to 200; left out: 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
};

export type ListWebhooks = {
};

export type OfWebhook = {
  /** The name of the endpoint, which you choose. */
  readonly endpoint: string;
};

export type RedeliverWebhook = {
  /** The name of the endpoint, which you choose. */
  readonly endpoint: string;
  /** One that was set aside, by its webhook-id. Left out: every one of this endpoint. */
  readonly event?: string;
};

export type ListEvents = {
  /** `cursor` of an event, or `next` of the page before: the events after it. Left out: from the beginning. */
  readonly after?: string;
  /** Without `after`: only what happens from now on. */
  readonly from?: 'now';
  /** Events of one page, 1 to 500. Left out: 100. A page ends before a megabyte, too. */
  readonly limit?: number;
};

export type Mints = {
  readonly tickets: readonly Ticket[];
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
};

export type Order = {
  readonly order: string;
  readonly sale: string;
  readonly buyer: string;
  readonly status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';
  readonly total: {
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
  };
  readonly wallet?: string;
  /** The discount code that it uses. */
  readonly code?: string;
  readonly expiresAt?: string;
  readonly payment?: string;
  readonly tickets: readonly {
    readonly ticket: string;
    readonly unit: string;
    /** The text that people see instead of the unit. */
    readonly label?: string;
    readonly category?: string;
    readonly type?: string;
    /** Minor units. */
    readonly price: string;
    readonly status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded' | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';
    /** Address of the asset on the chain; of a compressed ticket, its marker. */
    readonly asset?: string;
    /** Where a minted compressed ticket is: a leaf of a tree. */
    readonly leaf?: {
      readonly tree: string;
      readonly index: number;
      /** The address that wallets show as its asset. */
      readonly asset: string;
    };
    /** Signature of the transaction that minted it. */
    readonly signature?: string;
    readonly slot?: string;
  }[];
  /** How far the order came, and when; only when it is read. */
  readonly points?: readonly { readonly point: string; readonly at: string; readonly version: number }[];
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
};

export type Paid = {
  readonly order: string;
  readonly sale: string;
  readonly buyer: string;
  readonly status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';
  readonly total: {
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
  };
  readonly wallet?: string;
  /** The discount code that it uses. */
  readonly code?: string;
  readonly expiresAt?: string;
  readonly payment?: string;
  readonly tickets: readonly {
    readonly ticket: string;
    readonly unit: string;
    /** The text that people see instead of the unit. */
    readonly label?: string;
    readonly category?: string;
    readonly type?: string;
    /** Minor units. */
    readonly price: string;
    readonly status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded' | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';
    /** Address of the asset on the chain; of a compressed ticket, its marker. */
    readonly asset?: string;
    /** Where a minted compressed ticket is: a leaf of a tree. */
    readonly leaf?: {
      readonly tree: string;
      readonly index: number;
      /** The address that wallets show as its asset. */
      readonly asset: string;
    };
    /** Signature of the transaction that minted it. */
    readonly signature?: string;
    readonly slot?: string;
  }[];
  /** How far the order came, and when; only when it is read. */
  readonly points?: readonly { readonly point: string; readonly at: string; readonly version: number }[];
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
  readonly refundDue?: {
    readonly payment: string;
    readonly order: string;
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
    readonly reason: string;
    readonly receivedAt: string;
  };
} | {
  readonly order: string;
  readonly status: 'unknown';
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
  readonly refundDue?: {
    readonly payment: string;
    readonly order: string;
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
    readonly reason: string;
    readonly receivedAt: string;
  };
};

export type Receipt = {
  readonly record: {
    readonly tenant: string;
    readonly sale: string;
    readonly order: string;
    readonly ticket: string;
    readonly unit: string;
    /** The text that people see instead of the unit. */
    readonly label?: string;
    readonly category?: string;
    readonly type?: string;
    /** Whom it was minted for. */
    readonly wallet: string;
    /** Address of the asset on the chain. */
    readonly asset: string;
    /** SHA-256 of the document at metadata.uri, hexadecimal. */
    readonly document?: string;
    readonly [name: string]: string;
  };
  readonly salt: string;
  /** SHA-256 of the canonical record and the salt, base64url: the memo of the transaction. */
  readonly memo: string;
  /** Of the transaction that minted the asset. */
  readonly signature: string;
  /** Of the chain. */
  readonly genesisHash: string;
  /** The address of the asset is createWithSeed of these; base is the key of the issuer. */
  readonly address: { readonly base: string; readonly seed: string; readonly program: string };
  /** The metadata of the asset. */
  readonly metadata: { readonly name: string; readonly symbol: string; readonly uri: string };
  /** The key that may burn it, for a revocable ticket. */
  readonly delegate?: string;
  /** Where a compressed ticket is: the leaf of a tree, whose address wallets show as its asset. record.asset is then its marker. */
  readonly leaf?: { readonly tree: string; readonly index: number; readonly asset: string; readonly collection: string };
};

export type RefundsDue = {
  readonly refundsDue: readonly {
    readonly payment: string;
    readonly order: string;
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
    readonly reason: string;
    readonly receivedAt: string;
  }[];
  /** Reports that contradict other reports of their payment. They change no order. Listed after the refunds due. */
  readonly problems: readonly {
    readonly payment: string;
    readonly order: string;
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
    readonly reason: 'contradiction' | 'more-than-received' | 'not-received' | 'another-order' | 'another-currency';
    /** Of a contradiction: the reported value. */
    readonly report?: 'received' | 'refunded' | 'dispute-opened' | 'dispute-won' | 'dispute-lost';
    /** Of a contradiction: the refund or dispute. */
    readonly id?: string;
    readonly reportedAt: string;
  }[];
  /** `cursor` of the next page. */
  readonly next?: string;
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
};

export type Sale = {
  readonly sale: string;
  readonly name: string;
  /** Of every ticket; absent where the sale has categories or types. */
  readonly price?: {
    /** Minor units. */
    readonly amount: string;
    readonly currency: string;
  };
  readonly currency?: string;
  readonly categories?: readonly {
    readonly category: string;
    readonly name?: string;
    readonly maxPerBuyer?: number;
    readonly maxPerWallet?: number;
    readonly units: { readonly opened: number; readonly available: number; readonly held: number; readonly sold: number };
  }[];
  readonly types?: readonly { readonly type: string; readonly name?: string }[];
  /** Of each type of ticket in each category, and how many of them are held and sold. */
  readonly prices?: readonly {
    readonly category?: string;
    readonly type?: string;
    /** Minor units. */
    readonly amount: string;
    readonly held: number;
    readonly sold: number;
  }[];
  readonly maxPerBuyer: number;
  readonly maxPerWallet?: number;
  readonly maxEndedHolds?: number;
  readonly holdSeconds: number;
  readonly payment: 'none' | 'webhook';
  readonly mint: 'on-confirm' | 'on-request';
  readonly tickets: 'transferable' | 'revocable';
  readonly asset: 'token-2022' | 'compressed';
  readonly smartWallets?: true;
  readonly image?: string;
  readonly externalUrl?: string;
  readonly opensAt?: string;
  readonly closesAt?: string;
  readonly closed?: boolean;
  readonly paused?: boolean;
  /** Discount codes, and how many live orders use each. */
  readonly codes?: readonly {
    readonly code: string;
    readonly uses: number;
    readonly used: number;
    readonly percentOff?: number;
    /** Minor units. */
    readonly amountOff?: string;
    readonly types?: readonly string[];
    readonly categories?: readonly string[];
    readonly from?: string;
    readonly until?: string;
  }[];
  readonly units: { readonly opened: number; readonly available: number; readonly held: number; readonly sold: number };
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
};

export type Sales = {
  readonly sales: readonly {
    readonly sale: string;
    readonly name: string;
    readonly opensAt?: string;
    readonly closesAt?: string;
    readonly closed?: boolean;
    readonly paused?: boolean;
  }[];
  /** `cursor` of the next page; absent on the last. */
  readonly next?: string;
};

export type Ticket = {
  readonly ticket: string;
  readonly unit: string;
  /** The text that people see instead of the unit. */
  readonly label?: string;
  readonly category?: string;
  readonly type?: string;
  /** Minor units. */
  readonly price: string;
  readonly status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded' | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';
  /** Address of the asset on the chain; of a compressed ticket, its marker. */
  readonly asset?: string;
  /** Where a minted compressed ticket is: a leaf of a tree. */
  readonly leaf?: {
    readonly tree: string;
    readonly index: number;
    /** The address that wallets show as its asset. */
    readonly asset: string;
  };
  /** Signature of the transaction that minted it. */
  readonly signature?: string;
  readonly slot?: string;
  readonly sale: string;
  readonly order: string;
  readonly wallet?: string;
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
};

export type Units = {
  readonly sale: string;
  /** Version of the sale; it grows with everything that happens in it. */
  readonly version: number;
  readonly currency: string;
  /** Price of a ticket in a category, by type; an absent member is the only one there. */
  readonly prices: readonly {
    readonly category?: string;
    readonly type?: string;
    /** Minor units. */
    readonly amount: string;
  }[];
  /** In the order of the plan. A unit that is given back is sold until it may be sold again. */
  readonly units: readonly {
    readonly unit: string;
    /** The text that people see instead of the unit. */
    readonly label?: string;
    readonly category?: string;
    readonly state: 'available' | 'held' | 'sold';
  }[];
  /** `cursor` of the next page, of the same version; absent on the last, and over HTTP. */
  readonly next?: string;
};

export type Events = {
  readonly events: readonly {
    /** Resumes right after this event; the same for ever. */
    readonly cursor: string;
    readonly specversion: '1.0';
    /** Unique for its source: `<version>.<index>`. */
    readonly id: string;
    /** `/<tenant>/<sale|mint|ledger>/<sale>`. */
    readonly source: string;
    /** `admit.<name>.v<version>`. */
    readonly type: string;
    readonly time: string;
    readonly traceparent?: string;
    readonly data: { readonly [name: string]: unknown };
  }[];
  /** `after` of the next page, also where there is no event yet. */
  readonly next: string;
  /** Whether there may be more already. False: the page reached the end of the log. */
  readonly more: boolean;
};

export type Webhook = {
  readonly endpoint: string;
  readonly url: string;
  /** Absent: all. */
  readonly types?: readonly string[];
  readonly createdAt: string;
  readonly changedAt: string;
  /** The newest first. Deliveries are signed by each of them. */
  readonly secrets: readonly { readonly validUntil?: string }[];
  /** Answered where it is made, and never again. */
  readonly secret?: string;
};

export type WebhookTest = {
  readonly endpoint: string;
  /** The header webhook-id: the same with every attempt. */
  readonly event: string;
};

export type Redelivered = {
  readonly endpoint: string;
  /** Sent again, soon. */
  readonly events: readonly string[];
};

export type WebhookRemoved = {
  readonly endpoint: string;
  readonly removed: true;
};

export type Webhooks = {
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly url: string;
    /** Absent: all. */
    readonly types?: readonly string[];
    readonly createdAt: string;
    readonly changedAt: string;
    /** The newest first. Deliveries are signed by each of them. */
    readonly secrets: readonly { readonly validUntil?: string }[];
  }[];
};

export type Deliveries = {
  readonly endpoint: string;
  /** The last test. */
  readonly tested?: {
    /** The header webhook-id: the same with every attempt. */
    readonly event: string;
    readonly type: string;
    readonly at: string;
    /** Of the answer over HTTP; absent: there was none. */
    readonly status?: number;
    /** Why there was no answer, such as timeout, ECONNREFUSED or address-refused. */
    readonly error?: string;
  };
  readonly sales: readonly {
    readonly sale: string;
    /** Events that were accepted. */
    readonly delivered: number;
    /** Failed attempts at the next event; those behind it wait. */
    readonly failures: number;
    readonly failingSince?: string;
    readonly nextAttemptAt?: string;
    readonly last?: {
      /** The header webhook-id: the same with every attempt. */
      readonly event: string;
      readonly type: string;
      readonly at: string;
      /** Of the answer over HTTP; absent: there was none. */
      readonly status?: number;
      /** Why there was no answer, such as timeout, ECONNREFUSED or address-refused. */
      readonly error?: string;
    };
  }[];
  /** Events that were not accepted within three days, at most 200: webhook.redeliver sends them again. */
  readonly dead: readonly {
    /** The header webhook-id: the same with every attempt. */
    readonly event: string;
    readonly sale: string;
    readonly attempts: number;
    readonly last: {
      /** The header webhook-id: the same with every attempt. */
      readonly event: string;
      readonly type: string;
      readonly at: string;
      /** Of the answer over HTTP; absent: there was none. */
      readonly status?: number;
      /** Why there was no answer, such as timeout, ECONNREFUSED or address-refused. */
      readonly error?: string;
    };
  }[];
  /** `cursor` of the next page; absent on the last. */
  readonly next?: string;
};

/** What changes something: it has a key. */
export interface Mutations {
  'sale.open': { readonly body: OpenSale; readonly answer: Sale };
  'sale.close': { readonly body: GetSale; readonly answer: Sale };
  'sale.change': { readonly body: ChangeSale; readonly answer: Sale };
  'order.place': { readonly body: PlaceOrder; readonly answer: Order };
  'order.cancel': { readonly body: EndOrder; readonly answer: Order };
  'order.refund': { readonly body: EndOrder; readonly answer: Order };
  'payment.confirm': { readonly body: PaymentNotification; readonly answer: Paid };
  'payment.fail': { readonly body: PaymentNotification; readonly answer: Paid };
  'payment.refunded': { readonly body: RefundNotification; readonly answer: Paid };
  'payment.refund-failed': { readonly body: RefundFailure; readonly answer: Paid };
  'payment.disputed': { readonly body: DisputeNotification; readonly answer: Paid };
  'ticket.mint': { readonly body: MintTickets; readonly answer: Mints };
}

/** What only reads, or changes a setting: it has no key. */
export interface Queries {
  'sale.list': { readonly body: ListSales; readonly answer: Sales };
  'sale.get': { readonly body: GetSale; readonly answer: Sale };
  'sale.units': { readonly body: ListUnits; readonly answer: Units };
  'sale.refunds-due': { readonly body: ListRefundsDue; readonly answer: RefundsDue };
  'order.get': { readonly body: GetOrder; readonly answer: Order };
  'ticket.get': { readonly body: GetTicket; readonly answer: Ticket };
  'ticket.receipt': { readonly body: GetTicket; readonly answer: Receipt };
  'event.list': { readonly body: ListEvents; readonly answer: Events };
  'webhook.add': { readonly body: AddWebhook; readonly answer: Webhook };
  'webhook.change': { readonly body: ChangeWebhook; readonly answer: Webhook };
  'webhook.rotate': { readonly body: OfWebhook; readonly answer: Webhook };
  'webhook.test': { readonly body: OfWebhook; readonly answer: WebhookTest };
  'webhook.redeliver': { readonly body: RedeliverWebhook; readonly answer: Redelivered };
  'webhook.remove': { readonly body: OfWebhook; readonly answer: WebhookRemoved };
  'webhook.list': { readonly body: ListWebhooks; readonly answer: Webhooks };
  'webhook.deliveries': { readonly body: ListDeliveries; readonly answer: Deliveries };
}

export type MutationName = keyof Mutations;
export type QueryName = keyof Queries;
export type OperationName = MutationName | QueryName;

/** Method and address over HTTP. Other operations are asked over NATS alone. */
export const ADDRESSES: Readonly<Partial<Record<OperationName, readonly [method: 'GET' | 'POST', address: string]>>> = {
  'sale.open': ['POST', '/v1/sales'],
  'sale.close': ['POST', '/v1/sales/:sale/close'],
  'sale.change': ['POST', '/v1/sales/:sale/change'],
  'order.place': ['POST', '/v1/sales/:sale/orders'],
  'order.cancel': ['POST', '/v1/sales/:sale/orders/:order/cancel'],
  'order.refund': ['POST', '/v1/sales/:sale/orders/:order/refund'],
  'ticket.mint': ['POST', '/v1/mints'],
  'sale.list': ['GET', '/v1/sales?limit=:limit&cursor=:cursor'],
  'sale.get': ['GET', '/v1/sales/:sale'],
  'sale.units': ['GET', '/v1/sales/:sale/units'],
  'sale.refunds-due': ['GET', '/v1/sales/:sale/refunds-due?limit=:limit&cursor=:cursor'],
  'order.get': ['GET', '/v1/sales/:sale/orders/:order'],
  'ticket.get': ['GET', '/v1/tickets/:ticket?sale=:sale'],
  'ticket.receipt': ['GET', '/v1/tickets/:ticket/receipt?sale=:sale'],
  'event.list': ['GET', '/v1/events/page?after=:after&from=:from&limit=:limit'],
  'webhook.add': ['POST', '/v1/webhook-endpoints'],
  'webhook.change': ['POST', '/v1/webhook-endpoints/:endpoint/change'],
  'webhook.rotate': ['POST', '/v1/webhook-endpoints/:endpoint/rotate'],
  'webhook.test': ['POST', '/v1/webhook-endpoints/:endpoint/test'],
  'webhook.redeliver': ['POST', '/v1/webhook-endpoints/:endpoint/redeliver'],
  'webhook.remove': ['POST', '/v1/webhook-endpoints/:endpoint/remove'],
  'webhook.list': ['GET', '/v1/webhook-endpoints'],
  'webhook.deliveries': ['GET', '/v1/webhook-endpoints/:endpoint/deliveries?limit=:limit&cursor=:cursor'],
};

/** A method for each operation. */
export abstract class Operations {
  protected abstract change<M extends MutationName>(operation: M, body: Mutations[M]['body'], options?: CallOptions): Promise<Outcome<Mutations[M]['answer']>>;
  protected abstract query<Q extends QueryName>(operation: Q, body: Queries[Q]['body']): Promise<Outcome<Queries[Q]['answer']>>;

  /** Opens a sale; its terms stay as they are. */
  openSale(body: OpenSale, options?: CallOptions): Promise<Outcome<Sale>> {
    return this.change('sale.open', body, options);
  }

  /** Stops accepting orders. Held orders may still be paid. */
  closeSale(body: GetSale, options?: CallOptions): Promise<Outcome<Sale>> {
    return this.change('sale.close', body, options);
  }

  /** Changes the terms of a sale for later orders. Placed orders keep their terms. */
  changeSale(body: ChangeSale, options?: CallOptions): Promise<Outcome<Sale>> {
    return this.change('sale.change', body, options);
  }

  /** Orders named units, places, or the best units that are free: all of them or none. */
  placeOrder(body: PlaceOrder, options?: CallOptions): Promise<Outcome<Order>> {
    return this.change('order.place', body, options);
  }

  /** Gives up an order that is not paid, or tickets of it. */
  cancelOrder(body: EndOrder, options?: CallOptions): Promise<Outcome<Order>> {
    return this.change('order.cancel', body, options);
  }

  /** Gives up an order that was paid for, or tickets of it: their price is due back from now on. */
  refundOrder(body: EndOrder, options?: CallOptions): Promise<Outcome<Order>> {
    return this.change('order.refund', body, options);
  }

  /** Reports that a payment was received. For trusted back ends; payment providers report it by webhook. */
  confirmPayment(body: PaymentNotification, options?: CallOptions): Promise<Outcome<Paid>> {
    return this.change('payment.confirm', body, options);
  }

  /** Reports a failed attempt to pay. */
  failPayment(body: PaymentNotification, options?: CallOptions): Promise<Outcome<Paid>> {
    return this.change('payment.fail', body, options);
  }

  /** Reports a refund of a payment by its id, or the returned total so far. */
  refundedPayment(body: RefundNotification, options?: CallOptions): Promise<Outcome<Paid>> {
    return this.change('payment.refunded', body, options);
  }

  /** Reports that a refund failed: its money is available again. */
  failedRefund(body: RefundFailure, options?: CallOptions): Promise<Outcome<Paid>> {
    return this.change('payment.refund-failed', body, options);
  }

  /** Reports that a payment is disputed, or that the dispute was won or lost. */
  disputedPayment(body: DisputeNotification, options?: CallOptions): Promise<Outcome<Paid>> {
    return this.change('payment.disputed', body, options);
  }

  /** Requests the mints of up to 500 sold tickets: all or none. */
  mintTickets(body: MintTickets, options?: CallOptions): Promise<Outcome<Mints>> {
    return this.change('ticket.mint', body, options);
  }

  /** Lists the sales of the tenant in the order in which they were opened. */
  sales(body: ListSales): Promise<Outcome<Sales>> {
    return this.query('sale.list', body);
  }

  /** Reads a sale from the log. */
  sale(body: GetSale): Promise<Outcome<Sale>> {
    return this.query('sale.get', body);
  }

  /** Lists every unit of a sale with its label, category and state at one version: in pages over NATS, whole over HTTP. */
  units(body: ListUnits): Promise<Outcome<Units>> {
    return this.query('sale.units', body);
  }

  /** Lists the refunds due of a sale, and then inconsistent payment reports, in pages, oldest first. */
  refundsDue(body: ListRefundsDue): Promise<Outcome<RefundsDue>> {
    return this.query('sale.refunds-due', body);
  }

  /** Reads an order and its progress from the log. */
  order(body: GetOrder): Promise<Outcome<Order>> {
    return this.query('order.get', body);
  }

  /** Reads a ticket from the log and, once it is minted, its asset. */
  ticket(body: GetTicket): Promise<Outcome<Ticket>> {
    return this.query('ticket.get', body);
  }

  /** Reads the receipt of a minted ticket from the log: proof of it for its buyer. */
  receipt(body: GetTicket): Promise<Outcome<Receipt>> {
    return this.query('ticket.receipt', body);
  }

  /** Lists events of the tenant after a cursor, in the order of the log, as CloudEvents. Each is listed once. */
  eventPage(body: ListEvents): Promise<Outcome<Events>> {
    return this.query('event.list', body);
  }

  /** Adds an endpoint: new events of the tenant are sent to it, signed. A repetition returns the same, without the secret. */
  addWebhook(body: AddWebhook): Promise<Outcome<Webhook>> {
    return this.query('webhook.add', body);
  }

  /** Changes the URL or the types of an endpoint. Waiting events are retried within a minute. */
  changeWebhook(body: ChangeWebhook): Promise<Outcome<Webhook>> {
    return this.query('webhook.change', body);
  }

  /** Generates a new secret of an endpoint. For a day deliveries are also signed by the old one. */
  rotateWebhook(body: OfWebhook): Promise<Outcome<Webhook>> {
    return this.query('webhook.rotate', body);
  }

  /** Sends an event of the type admit.WebhookTest.v1 once. webhook.deliveries shows its result. */
  testWebhook(body: OfWebhook): Promise<Outcome<WebhookTest>> {
    return this.query('webhook.test', body);
  }

  /** Sends events again that were set aside, with the same ids. They may arrive in another order than they happened. */
  redeliverWebhook(body: RedeliverWebhook): Promise<Outcome<Redelivered>> {
    return this.query('webhook.redeliver', body);
  }

  /** Removes an endpoint and its pending deliveries. A delivery in flight may still arrive. */
  removeWebhook(body: OfWebhook): Promise<Outcome<WebhookRemoved>> {
    return this.query('webhook.remove', body);
  }

  /** Lists the webhook endpoints of the tenant, without their secrets. */
  webhooks(body: ListWebhooks): Promise<Outcome<Webhooks>> {
    return this.query('webhook.list', body);
  }

  /** Lists for an endpoint the last delivered event of each sale, the deliveries that are retried, and the events set aside. */
  webhookDeliveries(body: ListDeliveries): Promise<Outcome<Deliveries>> {
    return this.query('webhook.deliveries', body);
  }
}
