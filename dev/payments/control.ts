import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import type { Delivery } from './delivery.js';
import { OUTCOMES, type PaymentEvent, type PaymentOrder, type PaymentOutcome, WEBHOOK_FAULTS, type WebhookFaults } from './event.js';

/** The operations of the HTTP control; the in-process provider has the same ones. */
export interface Ordered {
  tell(outcome: PaymentOutcome, order: PaymentOrder, faults: WebhookFaults): PaymentEvent;
  release(turn: 'as-sent' | 'reversed' | 'shuffled'): number;
  rotate(secret?: string): string;
  readonly deliveries: readonly Delivery[];
}

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024; // a payment order has a few hundred bytes
const MAX_COPIES = 1_000; // far more than any provider sends
const MAX_DELAY_MS = 24 * 3_600_000;

const Payment = z.strictObject({
  outcome: z.enum(OUTCOMES).default('succeeded'),
  tenant: z.string(),
  sale: z.string(),
  order: z.string(),
  payment: z.string().optional(),
  refund: z.string().optional(),
  refundedTotal: z.string().optional(),
  dispute: z.string().optional(),
  amount: z.string().regex(/^\d+$/),
  currency: z.string(),
  copies: z.int().min(1).max(MAX_COPIES).default(1),
  delayMs: z.int().min(0).max(MAX_DELAY_MS).default(0),
  hold: z.boolean().default(false),
  lie: z.enum(WEBHOOK_FAULTS).optional(),
});
const Release = z.strictObject({ turn: z.enum(['as-sent', 'reversed', 'shuffled']).default('as-sent') });
const Rotation = z.strictObject({ secret: z.string().startsWith('whsec_').optional() });

type Answer = readonly [status: number, body: unknown];
type Route = (provider: Ordered, body: unknown) => Answer;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /payments': (provider, body) => {
    const { outcome, copies, delayMs, hold, lie, ...order } = Payment.parse(body);
    const faults = { copies, delayMs, hold, ...(lie !== undefined && { lie }) };
    const event = provider.tell(outcome, given(order), faults);
    return [201, { event: event.id, payment: event.payment }];
  },
  'POST /release': (provider, body) => [200, { released: provider.release(Release.parse(body).turn) }],
  'POST /rotate': (provider, body) => [200, { secret: provider.rotate(Rotation.parse(body).secret) }],
  'GET /deliveries': (provider) => [200, { deliveries: provider.deliveries }],
};

/** Removes undefined members. */
const given = (order: object): PaymentOrder => JSON.parse(JSON.stringify(order)) as PaymentOrder;

/** The provider's HTTP control, on the loopback interface only. */
export async function listenForOrders(provider: Ordered, port: number): Promise<ControlServer> {
  const server = createServer((request, response) => void serve(provider, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the payment provider does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(provider: Ordered, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [status, body] = await answer(provider, request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answer(provider: Ordered, request: IncomingMessage): Promise<Answer> {
  const route = ROUTES[`${request.method} ${request.url}`];
  if (route === undefined) return [404, { error: `Ask ${Object.keys(ROUTES).join(', ')}.` }];
  try {
    const text = await read(request);
    return route(provider, text === '' ? {} : JSON.parse(text));
  } catch (error) {
    return [400, { error: error instanceof ZodError ? z.prettifyError(error) : String(error) }];
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`The body has more than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
