import type { Balance } from '#shared/domain/ledger/balances.js';
import type { OrderRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import type { Hash } from '#shared/kernel/hash.js';
import type { RawRow } from './table.js';
import type { ChainRow, HeadRow } from './tables.js';

/** Rows of Postgres as rows of the domain. Reading back what was written gives the same row. */
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

const text = (raw: RawRow, name: string): string => String(raw[name]);
const textOrNull = (raw: RawRow, name: string): string | null => (raw[name] === null ? null : String(raw[name]));
const time = (raw: RawRow, name: string): number => (raw[name] as Date).getTime();
