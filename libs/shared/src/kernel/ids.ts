import { base32, hashFields } from './hash.js';

export type TenantId = string & { readonly tenant: unique symbol };
export type SaleId = string & { readonly sale: unique symbol };
export type UnitId = string & { readonly unit: unique symbol };
/** Where units are, such as `front`. */
export type CategoryId = string & { readonly category: unique symbol };
/** A discount code, such as `EARLY`. */
export type CodeId = string & { readonly code: unique symbol };
/** Whom a ticket is for, such as `adult`. */
export type TypeId = string & { readonly type: unique symbol };
/** Places without a plan, such as `floor`. */
export type AreaId = string & { readonly area: unique symbol };
export type OrderId = string & { readonly order: unique symbol };
export type TicketId = string & { readonly ticket: unique symbol };
/** The payment provider's id of a payment. */
export type PaymentId = string & { readonly payment: unique symbol };
/** The payment provider's id of one refund of a payment, or the key of the notification that reported it. */
export type RefundId = string & { readonly refund: unique symbol };
/** The payment provider's id of a dispute of a payment. */
export type DisputeId = string & { readonly dispute: unique symbol };
export type KeyHash = string & { readonly key: unique symbol };
export type Wallet = string & { readonly wallet: unique symbol };
export type BuyerId = string & { readonly buyer: unique symbol };

/** The origin of a key: a caller can never occupy a key of another origin. */
export type KeyNamespace = 'api' | 'webhook' | 'internal';

export const TENANT_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
export const SALE_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
export const UNIT_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
export const CATEGORY_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
export const TYPE_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
export const CODE_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
/** With a dash and a number of 5 digits, a unit of 32 characters. */
export const ROW_PATTERN = /^[A-Za-z0-9_-]{1,26}$/;
/** With a dash and a number of 6 digits, a unit of 32 characters. */
export const AREA_PATTERN = /^[A-Za-z0-9_-]{1,25}$/;
export const BUYER_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;
export const PAYMENT_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/;
export const ORDER_PATTERN = /^ord_[a-z2-7]{26}$/;
export const TICKET_PATTERN = /^tkt_[a-z2-7]{26}$/;

/** Idempotency keys: 1..255 printable ASCII characters. Subjects contain only their hash. */
export const MAX_KEY_LENGTH = 255;
export const KEY_PATTERN = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

const ID_LETTERS = 26; // 130 bits: collisions are practically impossible

/** The order id of one key in one sale: known before any decision, and the same on every retry. */
export const orderId = (tenant: TenantId, sale: SaleId, key: string): OrderId =>
  `ord_${base32(hashFields(tenant, sale, key), ID_LETTERS)}` as OrderId;

/** One assignment of one unit to one order. A unit sold again after a refund is another ticket. */
export const ticketId = (tenant: TenantId, sale: SaleId, order: OrderId, unit: UnitId): TicketId =>
  `tkt_${base32(hashFields(tenant, sale, order, unit), ID_LETTERS)}` as TicketId;

export const keyHash = (namespace: KeyNamespace, key: string): KeyHash => base32(hashFields(namespace, key), ID_LETTERS) as KeyHash;
