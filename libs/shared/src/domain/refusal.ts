/** All reasons for refusing a valid command. Codes are never reused; each has the sentence that a caller gets. */
export const REFUSALS = {
  'sale-unknown': 'There is no such sale.',
  'sale-exists': 'A sale of this name is open already, with the terms it was opened with.',
  'sale-not-yet-open': 'The sale has not begun.',
  'sale-closed': 'The sale is over.',
  'sale-paused': 'The sale takes no orders for a while.',
  'unit-unknown': 'The sale has no such unit.',
  'unit-taken': 'A requested unit is taken; nothing was ordered.',
  'sold-out': 'Fewer places are left than requested; nothing was ordered.',
  'buyer-limit':
    'The buyer would have more units than the sale allows. A ticket that was given back after its mint was requested counts, where nothing was paid for it.',
  'wallet-limit': 'The wallet would have more units than the sale allows.',
  'hold-limit': 'Too many holds of this buyer in this sale ended without a payment.',
  'mint-budget-spent':
    'The sale has requested as many mints as it may in all; burned and failed ones count. Nothing was ordered or minted.',
  'units-needed': 'This sale has named seats: name the units.',
  'quantity-needed': 'This sale has places without names: give a quantity.',
  'category-unknown': 'The sale has no such category.',
  'category-needed': 'This sale has several categories: name one.',
  'area-unknown': 'The sale has no such area.',
  'type-needed': 'Tickets of several types are sold here: name one.',
  'type-not-sold': 'No tickets of this type are sold here.',
  'not-adjacent': 'So many units next to each other are not free in this category; nothing was ordered.',
  'code-unknown': 'The sale has no such discount code.',
  'code-not-valid-now': 'The discount code is not valid at this time; nothing was ordered.',
  'code-without-effect': 'The discount code is for other types or categories of tickets; nothing was ordered.',
  'code-used-up': 'The discount code has no use left; nothing was ordered.',
  'currency-fixed': 'The currency of a sale cannot be changed.',
  'names-fixed': 'Categories and types can be added and renamed, not removed: name all that the sale has.',
  'window-empty': 'The sale would close before it opens.',
  'quota-below-taken': 'An area cannot have fewer places than are held and sold.',
  'unit-exists': 'The sale has a unit or an area of this name.',
  'offer-inconsistent': 'The resulting offer would be inconsistent.',
  'mints-unpaid-fixed':
    'Tickets would be minted without a payment, at the expense of the operator. A sale that mints when an order is confirmed, and only for money, cannot be changed so.',
  'wallet-needed': 'Tickets of this sale are minted when they are sold: give a wallet.',
  'order-unknown': 'There is no such order in this sale.',
  'order-ended': 'The order has ended; nothing can be done with it any more.',
  'order-paid': 'The order is paid for: it can be refunded, not cancelled.',
  'order-not-paid': 'Nothing was paid for the order: it can be cancelled, not refunded.',
  irrevocable:
    'These tickets are minted or about to be, and cannot be revoked. "override": true ends the order anyway: a minted ticket becomes void, its asset stays with its holder, and its unit is sold again.',
  'ticket-unknown': 'There is no such ticket in this sale.',
  'payment-disputed':
    'The payment of the order is disputed: its tickets are not minted before the dispute is won. Retry then, with another key.',
  'ticket-not-sold': 'The ticket is not sold (any more): it cannot be minted.',
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  readonly code: RefusalCode;
  /** The members of the request that caused it (RFC 6901), and facts that help to choose the next request. */
  readonly pointers?: readonly string[];
  /** For each pointer, the problem and what is allowed. Absent: the code's sentence applies. */
  readonly details?: readonly string[];
  readonly facts?: Readonly<Record<string, string | number | readonly string[]>>;
}

export type Decision<E> = { readonly events: readonly E[] } | { readonly refusal: Refusal };

export const refuse = (code: RefusalCode, more: Omit<Refusal, 'code'> = {}): { readonly refusal: Refusal } => ({
  refusal: { code, ...more },
});
