import type { BuyerId, OrderId, SaleId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';

/** Money in minor units as a decimal string ("5000" = 50.00 EUR); arithmetic is done on bigint. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface RowRange {
  readonly row: string;
  readonly from: number;
  readonly to: number;
}

/** What is for sale: named seats, rows of numbered seats ("A-1".."A-40"), or a quota of places ("1".."500"). */
export type UnitsOffered = { readonly seats: readonly UnitId[] } | { readonly rows: readonly RowRange[] } | { readonly quota: number };

export type PaymentRule = 'none';
export type MintRule = 'on-confirm' | 'on-request';

export interface SaleTerms {
  readonly sale: SaleId;
  readonly name: string;
  readonly units: UnitsOffered;
  readonly price: Money;
  readonly maxPerBuyer: number;
  readonly holdSeconds: number;
  readonly payment: PaymentRule;
  readonly mint: MintRule;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number;
  readonly closesAt?: number;
}

export interface TicketOfUnit {
  readonly ticket: TicketId;
  readonly unit: UnitId;
}

export type SaleOpened = { readonly type: 'SaleOpened'; readonly data: SaleTerms };

/** Units are held for the order. Available → held. */
export type OrderPlaced = {
  readonly type: 'OrderPlaced';
  readonly data: {
    readonly order: OrderId;
    readonly buyer: BuyerId;
    readonly wallet?: Wallet;
    readonly tickets: readonly TicketOfUnit[];
    readonly total: Money;
  };
};

/** Held → sold. */
export type OrderConfirmed = { readonly type: 'OrderConfirmed'; readonly data: { readonly order: OrderId } };

/** Each ticket is to be minted for the wallet; `request` counts corrected requests after a failed mint. */
export type MintsRequested = {
  readonly type: 'MintsRequested';
  readonly data: {
    readonly order: OrderId;
    readonly name: string;
    readonly wallet: Wallet;
    readonly tickets: readonly (TicketOfUnit & { readonly request: number })[];
  };
};

export type SaleEvent = SaleOpened | OrderPlaced | OrderConfirmed | MintsRequested;
