import type { Balance } from '#shared/domain/ledger/balances.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import type { SuspensionRow } from '#shared/domain/ledger/suspension.js';
import type { Hash } from '#shared/kernel/hash.js';
import type { RawRow } from './table.js';
import type { ChainRow, HaltRow, HeadRow } from './tables.js';

/** Converts rows of Postgres to rows of the domain. Reading a written row gives the same row. */
export const readSale = (raw: RawRow): SaleRow => ({
  tenant: text(raw, 'tenant'),
  sale: text(raw, 'sale'),
  name: text(raw, 'name'),
  units: BigInt(text(raw, 'units')),
  priceMinor: raw.price_minor === null ? null : BigInt(text(raw, 'price_minor')),
  currency: text(raw, 'currency'),
  maxPerBuyer: Number(raw.max_per_buyer),
  payment: text(raw, 'payment') as SaleRow['payment'],
  mint: text(raw, 'mint') as SaleRow['mint'],
  opensAt: timeOrNull(raw, 'opens_at'),
  closesAt: timeOrNull(raw, 'closes_at'),
  status: text(raw, 'status') as SaleRow['status'],
  sequence: Number(raw.sequence),
  updatedAt: time(raw, 'updated_at'),
});

export const readOrder = (raw: RawRow): OrderRow => ({
  tenant: text(raw, 'tenant'),
  order: text(raw, 'order_id'),
  sale: text(raw, 'sale'),
  buyer: text(raw, 'buyer'),
  wallet: textOrNull(raw, 'wallet'),
  status: text(raw, 'status') as OrderRow['status'],
  totalMinor: BigInt(text(raw, 'total_minor')),
  currency: text(raw, 'currency'),
  tickets: raw.tickets as string[],
  key: textOrNull(raw, 'idempotency_key'),
  placedAt: time(raw, 'placed_at'),
  expiresAt: timeOrNull(raw, 'expires_at'),
  payment: textOrNull(raw, 'payment'),
  sequence: Number(raw.sequence),
  updatedAt: time(raw, 'updated_at'),
});

export const readTicket = (raw: RawRow): TicketRow => ({
  tenant: text(raw, 'tenant'),
  ticket: text(raw, 'ticket'),
  sale: text(raw, 'sale'),
  unit: text(raw, 'unit'),
  order: text(raw, 'order_id'),
  buyer: text(raw, 'buyer'),
  wallet: textOrNull(raw, 'wallet'),
  status: text(raw, 'status') as TicketRow['status'],
  request: Number(raw.request),
  mintKey: textOrNull(raw, 'mint_key'),
  attempts: Number(raw.attempts),
  asset: textOrNull(raw, 'asset'),
  signature: textOrNull(raw, 'signature'),
  slot: textOrNull(raw, 'slot'),
  holder: textOrNull(raw, 'holder'),
  failure: textOrNull(raw, 'failure'),
  symbol: textOrNull(raw, 'symbol'),
  document: textOrNull(raw, 'document'),
  documentName: textOrNull(raw, 'document_name'),
  image: textOrNull(raw, 'image'),
  externalUrl: textOrNull(raw, 'external_url'),
  label: textOrNull(raw, 'label'),
  category: textOrNull(raw, 'category'),
  type: textOrNull(raw, 'ticket_type'),
  priceMinor: BigInt(text(raw, 'price_minor')),
  sequence: Number(raw.sequence),
  updatedAt: time(raw, 'updated_at'),
});

export const readPayment = (raw: RawRow): PaymentRow => ({
  tenant: text(raw, 'tenant'),
  sale: text(raw, 'sale'),
  payment: text(raw, 'payment'),
  order: text(raw, 'order_id'),
  currency: text(raw, 'currency'),
  matched: raw.matched === true,
  receivedMinor: BigInt(text(raw, 'received_minor')),
  refundedMinor: BigInt(text(raw, 'refunded_minor')),
  refundsMinor: BigInt(text(raw, 'refunds_minor')),
  refundsFailedMinor: BigInt(text(raw, 'refunds_failed_minor')),
  disputesLostMinor: BigInt(text(raw, 'disputes_lost_minor')),
  disputesOpenMinor: BigInt(text(raw, 'disputes_open_minor')),
  toReturnMinor: raw.to_return_minor === null ? null : BigInt(text(raw, 'to_return_minor')),
  clearingMinor: BigInt(text(raw, 'clearing_minor')),
  revenueMinor: BigInt(text(raw, 'revenue_minor')),
  owedMinor: BigInt(text(raw, 'owed_minor')),
  disputedMinor: BigInt(text(raw, 'disputed_minor')),
  returnedMinor: BigInt(text(raw, 'returned_minor')),
  reason: textOrNull(raw, 'reason') as PaymentRow['reason'],
  sequence: Number(raw.sequence),
  updatedAt: time(raw, 'updated_at'),
});

export const readBalance = (raw: RawRow): Balance => ({
  tenant: text(raw, 'tenant'),
  sale: text(raw, 'sale'),
  unit: text(raw, 'unit'),
  account: text(raw, 'account'),
  amount: BigInt(text(raw, 'amount')),
});

export const readChain = (raw: RawRow): ChainRow => ({
  tenant: text(raw, 'tenant'),
  rows: BigInt(text(raw, 'entries')),
  hash: text(raw, 'hash') as Hash,
  sequence: Number(raw.sequence),
});

export const readHead = (raw: RawRow): HeadRow => ({
  tenant: text(raw, 'tenant'),
  subject: text(raw, 'subject'),
  version: Number(raw.version),
  sequence: Number(raw.sequence),
  hash: text(raw, 'hash') as Hash,
});

export const readHalt = (raw: RawRow): HaltRow => ({
  tenant: text(raw, 'tenant'),
  sequence: Number(raw.sequence),
  subject: text(raw, 'subject'),
  reason: text(raw, 'reason'),
  eventIndex: raw.event_index === null ? null : Number(raw.event_index),
  decision: raw.decision === null ? null : Number(raw.decision),
  catchingUp: raw.catching_up === true,
});

export const readSuspension = (raw: RawRow): SuspensionRow => ({
  tenant: text(raw, 'tenant'),
  sale: text(raw, 'sale'),
  subject: text(raw, 'subject'),
  version: Number(raw.version),
  hash: text(raw, 'hash') as Hash,
  suspendedSequence: Number(raw.suspended_sequence),
  suspendedIndex: Number(raw.suspended_index),
  refusal: text(raw, 'refusal'),
  reason: text(raw, 'reason'),
  sequence: Number(raw.sequence),
  updatedAt: time(raw, 'updated_at'),
});

const text = (raw: RawRow, name: string): string => String(raw[name]);
const textOrNull = (raw: RawRow, name: string): string | null => (raw[name] === null ? null : String(raw[name]));
const time = (raw: RawRow, name: string): number => (raw[name] as Date).getTime();
const timeOrNull = (raw: RawRow, name: string): number | null => (raw[name] === null ? null : time(raw, name));
