import { z } from 'zod';
import { ORDER_PATTERN, SALE_PATTERN } from '#shared/kernel/ids.js';
import type { FieldError } from '#shared/platform/problem.js';
import { type Validated, validate } from '#shared/platform/validate.js';
import type { OperationName } from '../../operations/operations.js';
import { isoAmount } from './stripe-amounts.js';

/** Metadata of a PaymentIntent that name its order. `tenant` is optional; an event of another tenant's payment is ignored. */
export const METADATA = { sale: 'admit_sale', order: 'admit_order', tenant: 'admit_tenant' } as const;

const id = z.string('must be a string: an id of Stripe').min(1, 'must not be empty');
/** An id, or the whole object if the endpoint expands it. */
const reference = z
  .union([id, z.object({ id }).transform((object) => object.id)], 'must be an id of Stripe')
  .nullish()
  .transform((found) => found ?? undefined);
const WHOLE = 'must be a whole number from 0 to 9007199254740991';
const amount = z.int(WHOLE).min(0, WHOLE);
const currency = z
  .string('must be a string: a currency of ISO 4217')
  .regex(/^[A-Za-z]{3}$/, 'must be three letters')
  .transform((text) => text.toUpperCase());
const metadata = z
  .object({
    [METADATA.sale]: z.string().regex(SALE_PATTERN, 'must be the sale: 1 to 64 of A-Z a-z 0-9 _ -').optional(),
    [METADATA.order]: z.string().regex(ORDER_PATTERN, 'must be the order, such as ord_ and 26 letters').optional(),
    [METADATA.tenant]: z.string().optional(),
  })
  .refine((said) => (said[METADATA.sale] === undefined) === (said[METADATA.order] === undefined), {
    message: `must say ${METADATA.sale} and ${METADATA.order}, or neither`,
  })
  .nullish();

/** Stripe's objects, reduced to the members read here. Other members are ignored. */
const PaymentIntent = z.object({ id, amount, amount_received: amount.default(0), currency, metadata });
const Charge = z.object({ payment_intent: reference, amount_refunded: amount, currency });
const status = z
  .string('must be a string')
  .nullish()
  .transform((said) => said ?? '');
const Refund = z.object({ id, payment_intent: reference, amount, currency, status });
const Dispute = z.object({ id, payment_intent: reference, amount, currency, status });

const Envelope = z.object({
  id,
  type: z.string('must be a string'),
  created: z.int('must be seconds since 1970').min(0, 'must be seconds since 1970'),
});
type Envelope = z.infer<typeof Envelope>;

/** A fact that an event reports, without its sale and order unless the event says them. */
export interface StripeFact {
  readonly operation: OperationName;
  /** Id of the PaymentIntent. */
  readonly payment: string;
  readonly request: Readonly<Record<string, string>>;
  readonly of?: { readonly sale: string; readonly order: string };
}

/** An event that reports nothing here: the reason, and the received payment that belongs to no order here, if the event has one. */
export interface Ignored {
  readonly ignored: string;
  readonly foreign?: string;
}

type Read = { readonly fact: StripeFact } | Ignored | { readonly errors: readonly FieldError[] };
export type StripeEvent = Envelope & { readonly read: Exclude<Read, { readonly errors: unknown }> };

/** Reads an event of Stripe. @param tenant the tenant of the endpoint @param body parsed JSON */
export function readStripeEvent(tenant: string, body: unknown): Validated<StripeEvent> {
  const envelope = validate(Envelope, body);
  if ('errors' in envelope) return envelope;
  const { type } = envelope.value;
  const read = Object.hasOwn(READERS, type) ? READERS[type as Type](body, tenant) : { ignored: 'its type is not known' };
  return 'errors' in read ? read : { value: { ...envelope.value, read } };
}

type Reader = (body: unknown, tenant: string) => Read;
const inEvent = <T extends z.ZodType>(object: T) => z.object({ data: z.object({ object }) });
const reads =
  <T extends z.ZodType>(object: T, read: (found: z.infer<T>, tenant: string) => Read): Reader =>
  (body, tenant) => {
    const valid = validate(inEvent(object), body);
    return 'errors' in valid ? valid : read((valid.value as { readonly data: { readonly object: z.infer<T> } }).data.object, tenant);
  };

const ofIntent = (operation: OperationName, member: 'amount' | 'amount_received') =>
  reads(PaymentIntent, (intent, tenant) => {
    const { [METADATA.sale]: sale, [METADATA.order]: order, [METADATA.tenant]: owner = tenant } = intent.metadata ?? {};
    const foreign = operation === 'payment.confirm' ? { foreign: intent.id } : {};
    if (owner !== tenant) return { ignored: 'its payment is of another tenant', ...foreign };
    if (sale === undefined || order === undefined) return { ignored: 'its payment names no order', ...foreign };
    return withAmount(member, intent[member], intent.currency, (minor) => ({
      operation,
      payment: intent.id,
      request: { amount: minor },
      of: { sale, order },
    }));
  });

const NO_INTENT: Ignored = { ignored: 'its payment has no PaymentIntent' };

const charge = reads(Charge, ({ payment_intent: payment, amount_refunded, currency: of }) =>
  payment === undefined
    ? NO_INTENT
    : withAmount('amount_refunded', amount_refunded, of, (refundedTotal) => ({
        operation: 'payment.refunded',
        payment,
        request: { refundedTotal },
      })),
);

/** Stripe takes the money from the organiser when it begins a refund, and gives it back when the refund fails. */
const FAILED: ReadonlySet<string> = new Set(['failed', 'canceled']);

const refund = reads(Refund, ({ id: name, payment_intent: payment, amount: said, currency: of, status: how }) =>
  payment === undefined
    ? NO_INTENT
    : withAmount('amount', said, of, (minor) => ({
        operation: FAILED.has(how) ? 'payment.refund-failed' : 'payment.refunded',
        payment,
        request: { refund: name, amount: minor },
      })),
);

/** States in which a dispute takes or returns money. The other states are inquiries, prevented disputes, and appeals of lost disputes. */
const DISPUTE_STATUS: Readonly<Record<string, 'opened' | 'won' | 'lost'>> = {
  needs_response: 'opened',
  under_review: 'opened',
  won: 'won',
  lost: 'lost',
};

const dispute = reads(Dispute, ({ id: name, payment_intent: payment, amount: said, currency: of, status: how }) => {
  const moved = Object.hasOwn(DISPUTE_STATUS, how) ? DISPUTE_STATUS[how] : undefined;
  if (payment === undefined) return NO_INTENT;
  if (moved === undefined) return { ignored: 'its dispute moves no money' };
  return withAmount('amount', said, of, (minor) => ({
    operation: 'payment.disputed',
    payment,
    request: { dispute: name, amount: minor, status: moved },
  }));
});

const READERS = {
  'payment_intent.succeeded': ofIntent('payment.confirm', 'amount_received'),
  'payment_intent.payment_failed': ofIntent('payment.fail', 'amount'),
  'charge.refunded': charge,
  'refund.created': refund,
  'refund.updated': refund,
  'refund.failed': refund,
  'charge.dispute.created': dispute,
  'charge.dispute.updated': dispute,
  'charge.dispute.closed': dispute,
  'charge.dispute.funds_withdrawn': dispute,
  'charge.dispute.funds_reinstated': dispute,
} as const satisfies Record<string, Reader>;
type Type = keyof typeof READERS;
/** Events that the Stripe endpoint must subscribe to. */
export const STRIPE_EVENTS = Object.keys(READERS);

function withAmount(member: string, said: number, of: string, fact: (minor: string) => StripeFact): Read {
  const minor = isoAmount(said, of);
  if (minor === undefined)
    return { errors: [{ pointer: `/data/object/${member}`, detail: `is no whole number of the minor units that ${of} has in ISO 4217` }] };
  const { request, payment, ...rest } = fact(minor);
  return { fact: { ...rest, payment, request: { ...request, payment, currency: of } } };
}
