import type { Balance } from '#shared/domain/ledger/balances.js';
import type { LedgerRow, TenantChain } from '#shared/domain/ledger/entry.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import type { SuspensionRow } from '#shared/domain/ledger/suspension.js';
import type { Head } from '#shared/event-store/commit.js';
import type { Table } from './table.js';

export const ENTRIES: Table<LedgerRow> = {
  name: 'ledger_entry',
  key: ['tenant', 'sequence', 'event_index', 'entry_index'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sequence: ['bigint', (row) => row.sequence],
    event_index: ['integer', (row) => row.eventIndex],
    entry_index: ['integer', (row) => row.entryIndex],
    sale: ['text', (row) => row.sale],
    event: ['text', (row) => row.event],
    occurred_at: ['timestamptz', (row) => row.at],
    idempotency_key: ['text', (row) => row.key, 'nullable'],
    order_id: ['text', (row) => row.order, 'nullable'],
    ticket: ['text', (row) => row.ticket, 'nullable'],
    debit: ['text', (row) => row.debit],
    credit: ['text', (row) => row.credit],
    unit: ['text', (row) => row.unit],
    amount: ['numeric', (row) => row.amount],
    category: ['text', (row) => row.category, 'nullable'],
    ticket_type: ['text', (row) => row.type, 'nullable'],
  },
  checks: { ledger_entry_amount_check: 'amount > 0', ledger_entry_check: 'debit <> credit' },
  indexes: [{ name: 'ledger_entry_of_sale', columns: ['tenant', 'sale', 'sequence'] }],
};

export const SALES: Table<SaleRow> = {
  name: 'sale',
  key: ['tenant', 'sale'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sale: ['text', (row) => row.sale],
    name: ['text', (row) => row.name],
    units: ['numeric', (row) => row.units],
    price_minor: ['numeric', (row) => row.priceMinor, 'nullable'],
    currency: ['text', (row) => row.currency],
    max_per_buyer: ['integer', (row) => row.maxPerBuyer],
    payment: ['text', (row) => row.payment],
    mint: ['text', (row) => row.mint],
    opens_at: ['timestamptz', (row) => row.opensAt, 'nullable'],
    closes_at: ['timestamptz', (row) => row.closesAt, 'nullable'],
    status: ['text', (row) => row.status],
    sequence: ['bigint', (row) => row.sequence],
    updated_at: ['timestamptz', (row) => row.updatedAt],
  },
};

export const ORDERS: Table<OrderRow> = {
  name: 'sale_order',
  key: ['tenant', 'order_id'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    order_id: ['text', (row) => row.order],
    sale: ['text', (row) => row.sale],
    buyer: ['text', (row) => row.buyer],
    wallet: ['text', (row) => row.wallet, 'nullable'],
    status: ['text', (row) => row.status],
    total_minor: ['numeric', (row) => row.totalMinor],
    currency: ['text', (row) => row.currency],
    tickets: ['text[]', (row) => row.tickets],
    idempotency_key: ['text', (row) => row.key, 'nullable'],
    placed_at: ['timestamptz', (row) => row.placedAt],
    expires_at: ['timestamptz', (row) => row.expiresAt, 'nullable'],
    payment: ['text', (row) => row.payment, 'nullable'],
    sequence: ['bigint', (row) => row.sequence],
    updated_at: ['timestamptz', (row) => row.updatedAt],
  },
  indexes: [{ name: 'sale_order_of_sale', columns: ['tenant', 'sale', 'order_id'] }],
};

export const TICKETS: Table<TicketRow> = {
  name: 'ticket',
  key: ['tenant', 'ticket'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    ticket: ['text', (row) => row.ticket],
    sale: ['text', (row) => row.sale],
    unit: ['text', (row) => row.unit],
    order_id: ['text', (row) => row.order],
    buyer: ['text', (row) => row.buyer],
    wallet: ['text', (row) => row.wallet, 'nullable'],
    status: ['text', (row) => row.status],
    request: ['integer', (row) => row.request],
    mint_key: ['text', (row) => row.mintKey, 'nullable'],
    attempts: ['integer', (row) => row.attempts],
    asset: ['text', (row) => row.asset, 'nullable'],
    signature: ['text', (row) => row.signature, 'nullable'],
    slot: ['numeric', (row) => row.slot, 'nullable'],
    holder: ['text', (row) => row.holder, 'nullable'],
    failure: ['text', (row) => row.failure, 'nullable'],
    symbol: ['text', (row) => row.symbol, 'nullable'],
    document: ['text', (row) => row.document, 'nullable'],
    document_name: ['text', (row) => row.documentName, 'nullable'],
    image: ['text', (row) => row.image, 'nullable'],
    external_url: ['text', (row) => row.externalUrl, 'nullable'],
    label: ['text', (row) => row.label, 'nullable'],
    category: ['text', (row) => row.category, 'nullable'],
    ticket_type: ['text', (row) => row.type, 'nullable'],
    price_minor: ['numeric', (row) => row.priceMinor],
    sequence: ['bigint', (row) => row.sequence],
    updated_at: ['timestamptz', (row) => row.updatedAt],
  },
  indexes: [{ name: 'ticket_of_sale', columns: ['tenant', 'sale', 'ticket'] }],
};

/** A payment reported for several orders or currencies has a row for each. */
export const PAYMENTS: Table<PaymentRow> = {
  name: 'payment',
  key: ['tenant', 'sale', 'payment', 'order_id', 'currency'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sale: ['text', (row) => row.sale],
    payment: ['text', (row) => row.payment],
    order_id: ['text', (row) => row.order],
    currency: ['text', (row) => row.currency],
    matched: ['boolean', (row) => row.matched],
    received_minor: ['numeric', (row) => row.receivedMinor],
    refunded_minor: ['numeric', (row) => row.refundedMinor],
    refunds_minor: ['numeric', (row) => row.refundsMinor],
    refunds_failed_minor: ['numeric', (row) => row.refundsFailedMinor],
    disputes_lost_minor: ['numeric', (row) => row.disputesLostMinor],
    disputes_open_minor: ['numeric', (row) => row.disputesOpenMinor],
    to_return_minor: ['numeric', (row) => row.toReturnMinor, 'nullable'],
    clearing_minor: ['numeric', (row) => row.clearingMinor],
    revenue_minor: ['numeric', (row) => row.revenueMinor],
    owed_minor: ['numeric', (row) => row.owedMinor],
    disputed_minor: ['numeric', (row) => row.disputedMinor],
    returned_minor: ['numeric', (row) => row.returnedMinor],
    reason: ['text', (row) => row.reason, 'nullable'],
    sequence: ['bigint', (row) => row.sequence],
    updated_at: ['timestamptz', (row) => row.updatedAt],
  },
  checks: { payment_check: 'received_minor = clearing_minor + revenue_minor + owed_minor + disputed_minor + returned_minor' },
  indexes: [{ name: 'payment_in_clearing', columns: ['tenant', 'sale'], where: 'clearing_minor > 0' }],
};

export const BALANCES: Table<Balance> = {
  name: 'account_balance',
  key: ['tenant', 'sale', 'unit', 'account'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sale: ['text', (row) => row.sale],
    unit: ['text', (row) => row.unit],
    account: ['text', (row) => row.account],
    amount: ['numeric', (row) => row.amount],
  },
  checks: { account_balance_amount_check: 'amount >= 0' },
};

export interface ChainRow extends TenantChain {
  readonly tenant: string;
}

export const CHAINS: Table<ChainRow> = {
  name: 'tenant_chain',
  key: ['tenant'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    entries: ['bigint', (row) => row.rows],
    hash: ['text', (row) => row.hash],
    sequence: ['bigint', (row) => row.sequence],
  },
};

export interface HeadRow extends Head {
  readonly tenant: string;
  readonly subject: string;
}

export const HEADS: Table<HeadRow> = {
  name: 'log_head',
  key: ['tenant', 'subject'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    subject: ['text', (row) => row.subject],
    version: ['bigint', (row) => row.version],
    sequence: ['bigint', (row) => row.sequence],
    hash: ['text', (row) => row.hash],
  },
};

/** A halted tenant: the first commit that is not in its ledger, and the refusal of its event. */
export interface HaltRow {
  readonly tenant: string;
  readonly sequence: number;
  readonly subject: string;
  readonly reason: string;
  /** The index of the rejected event in its commit; null when the whole commit was rejected. */
  readonly eventIndex: number | null;
  /** Sequence of the commit with the latest decision known when this commit was refused; null if there was none. */
  readonly decision: number | null;
  /** Nothing is refused: a repair has brought the tenant's ledger to before this sequence, and continues. */
  readonly catchingUp: boolean;
}

export const HALTS: Table<HaltRow> = {
  name: 'tenant_halt',
  key: ['tenant'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sequence: ['bigint', (row) => row.sequence],
    subject: ['text', (row) => row.subject],
    reason: ['text', (row) => row.reason],
    event_index: ['integer', (row) => row.eventIndex, 'nullable'],
    decision: ['bigint', (row) => row.decision, 'nullable'],
    catching_up: ['boolean', (row) => row.catchingUp],
  },
};

/** Operators' decisions on events that cannot be applied. `sequence` is that of the decision. */
export const SUSPENSIONS: Table<SuspensionRow> = {
  name: 'suspension',
  key: ['tenant', 'suspended_sequence', 'suspended_index'],
  columns: {
    tenant: ['text', (row) => row.tenant],
    sale: ['text', (row) => row.sale],
    subject: ['text', (row) => row.subject],
    version: ['bigint', (row) => row.version],
    hash: ['text', (row) => row.hash],
    suspended_sequence: ['bigint', (row) => row.suspendedSequence],
    suspended_index: ['integer', (row) => row.suspendedIndex],
    refusal: ['text', (row) => row.refusal],
    reason: ['text', (row) => row.reason],
    sequence: ['bigint', (row) => row.sequence],
    updated_at: ['timestamptz', (row) => row.updatedAt],
  },
};

/** The ledger's position in the log. */
export const CHECKPOINTS: Table<{ readonly stream: string; readonly sequence: number; readonly epoch: string | null }> = {
  name: 'checkpoint',
  key: ['stream'],
  columns: {
    stream: ['text', (row) => row.stream],
    sequence: ['bigint', (row) => row.sequence],
    epoch: ['text', (row) => row.epoch, 'nullable'],
  },
};

/** Every table that a commit may change, except the checkpoint. */
export const LEDGER_TABLES = [HALTS, ENTRIES, SALES, ORDERS, TICKETS, PAYMENTS, SUSPENSIONS, HEADS, CHAINS, BALANCES];
