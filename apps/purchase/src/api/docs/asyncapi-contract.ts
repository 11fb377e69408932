import { z } from 'zod';
import type { RefusalCode } from '#shared/domain/refusal.js';
import { GetOrder, GetSale, GetTicket } from '#shared/domain/sale/commands.js';
import { OPERATIONS, type OperationName, operation } from '../../operations/operations.js';
import type { ProblemCode } from '../../requests/answer.js';
import { Mints, Order, Receipt, RefundsDue, Sale, Ticket } from './shapes.js';

/** What a caller can ask over NATS, and all that can be answered. */
export interface Asking {
  readonly name: string;
  readonly summary: string;
  readonly request: z.ZodType;
  readonly answer: z.ZodType;
  readonly status: number;
  /** Whether it changes something, and so wants a key. */
  readonly keyed: boolean;
  /** Decisions against it: 409, and the key holds them for ever. */
  readonly refusals: readonly RefusalCode[];
  /** Everything else; no key is used up by these. */
  readonly problems: readonly ProblemCode[];
}

const refundDue = RefundsDue.shape.refundsDue.element.optional();
const { order, version } = Order.shape;

/** The order that was paid for, if it is known yet, and what of the payment has to go back. */
export const Paid = z
  .union([Order.extend({ refundDue }), z.strictObject({ order, status: z.literal('unknown'), version, refundDue })])
  .meta({ title: 'Paid' });

type Told = Pick<Asking, 'summary' | 'answer' | 'refusals'>;

const ENDING = ['sale-unknown', 'order-unknown', 'order-ended'] as const;

/** Of the operations in operations.ts, what their code does not say by itself. A test finds the refusals in the deciders and compares. */
const CHANGES: Readonly<Partial<Record<OperationName, Told>>> = {
  'sale.open': { summary: 'Opens a sale; its terms stay as they are.', answer: Sale, refusals: ['sale-exists'] },
  'sale.close': { summary: 'Takes no more orders. What is held may still be paid.', answer: Sale, refusals: ['sale-unknown'] },
  'order.place': {
    summary: 'Orders named seats or a quantity of places: all of them or none.',
    answer: Order,
    refusals: [
      'sale-unknown',
      'sale-not-yet-open',
      'sale-closed',
      'quantity-needed',
      'units-needed',
      'wallet-needed',
      'unit-unknown',
      'unit-taken',
      'sold-out',
      'buyer-limit',
      'wallet-limit',
      'hold-limit',
      'mint-budget-spent',
    ],
  },
  'order.cancel': { summary: 'Gives up an order that nobody paid for.', answer: Order, refusals: [...ENDING, 'order-paid', 'irrevocable'] },
  'order.refund': {
    summary: 'Gives up an order that was paid for: the money is owed from now on.',
    answer: Order,
    refusals: [...ENDING, 'order-not-paid', 'irrevocable'],
  },
  'payment.confirm': {
    summary: 'Reports that a payment was received. For trusted back ends; payment providers report it by webhook.',
    answer: Paid,
    refusals: ['sale-unknown'],
  },
  'payment.fail': { summary: 'Reports that a try to pay failed.', answer: Paid, refusals: ['sale-unknown'] },
  'payment.refunded': {
    summary: 'Reports a refund of a payment by its id, or all that went back so far.',
    answer: Paid,
    refusals: ['sale-unknown'],
  },
  'payment.disputed': {
    summary: 'Reports that a payment is disputed, or that the dispute was won or lost.',
    answer: Paid,
    refusals: ['sale-unknown'],
  },
  'ticket.mint': {
    summary: 'Asks for the mints of up to 500 sold tickets: accepted all or none.',
    answer: Mints,
    refusals: ['sale-unknown', 'ticket-unknown', 'ticket-not-sold', 'payment-disputed', 'wallet-limit', 'mint-budget-spent'],
  },
};

const READ_PROBLEMS = [
  'tenant-refused',
  'tenant-malformed',
  'body-malformed',
  'body-invalid',
  'body-too-large',
  'sale-unknown',
  'log-unreachable',
  'fault',
] as const;
const CHANGE_PROBLEMS = [
  ...READ_PROBLEMS,
  'key-missing',
  'key-malformed',
  'key-personal',
  'keys-differ',
  'in-progress',
  'key-reused',
  'too-many-waiting',
  'dead-lettered',
] as const;

const read = (name: string, summary: string, request: z.ZodType, answer: z.ZodType, missing: readonly ProblemCode[] = []): Asking => ({
  name,
  summary,
  request,
  answer,
  status: 200,
  keyed: false,
  refusals: [],
  problems: [...READ_PROBLEMS, ...missing],
});

const READS: readonly Asking[] = [
  read('sale.get', 'Reads a sale from the log.', GetSale, Sale),
  read('sale.refunds-due', 'Lists the money of a sale that has to go back, and reports of payments that do not fit.', GetSale, RefundsDue),
  read('order.get', 'Reads an order from the log, with how far it came.', GetOrder, Order, ['order-unknown']),
  read('ticket.get', 'Reads a ticket from the log and, once it is minted, its asset.', GetTicket, Ticket, ['ticket-unknown']),
  read('ticket.receipt', 'Reads the receipt of a minted ticket from the log: proof of it for its buyer.', GetTicket, Receipt, [
    'ticket-unknown',
    'ticket-not-minted',
    'ticket-void',
    'receipt-unknown',
  ]),
];

function change(name: OperationName): Asking[] {
  const { schema, status } = operation(name);
  if (schema === undefined) return []; // asked by reactors only
  const told = CHANGES[name];
  if (told === undefined) throw new Error(`${name} can be asked by callers and is not described for them`);
  const problems: readonly ProblemCode[] =
    name === 'sale.open' ? [...CHANGE_PROBLEMS.filter((code) => code !== 'sale-unknown'), 'free-mints-not-granted'] : CHANGE_PROBLEMS;
  return [{ name, request: schema, status, keyed: true, problems, ...told }];
}

export const askings = (): readonly Asking[] => [...(Object.keys(OPERATIONS) as OperationName[]).flatMap(change), ...READS];
