import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { waitFor } from '../processes/wait.js';
import { type PaymentOrder, WEBHOOK_FAULTS } from './event.js';
import { type PaymentProvider, type ProviderOptions, startPaymentProvider } from './provider.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers with the given statuses, one for each request; the last one repeats. */
class Receiver {
  readonly received: Received[] = [];
  private readonly server: Server;

  constructor(private readonly statuses: readonly number[]) {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(this.statuses[Math.min(this.received.length, this.statuses.length) - 1] ?? 200).end();
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Verifies a request with the library that receivers use. */
  verify(index: number, secret: string): unknown {
    const { headers, body } = this.received[index] as Received;
    return new Webhook(secret).verify(body, headers as Record<string, string>);
  }
}

const QUICK = { firstMs: 1, longestMs: 5 };
const order: PaymentOrder = { tenant: 'demo', sale: 'gala', order: 'ord_1', amount: '5000', currency: 'EUR' };

let receiver: Receiver;
let provider: PaymentProvider;

async function start(statuses: readonly number[] = [200], options: Partial<ProviderOptions> = {}): Promise<void> {
  receiver = new Receiver(statuses);
  provider = await startPaymentProvider({ webhookUrl: await receiver.listen(), retries: QUICK, ...options });
}
afterEach(async () => {
  await provider?.stop();
  await receiver?.stop();
});

it('reports a payment with a signature that the receivers’ library accepts', async () => {
  await start();
  const { id, payment } = provider.pay(order);
  await provider.settled();
  expect(receiver.verify(0, provider.secret)).toMatchObject({ type: 'payment.succeeded', data: { ...order, payment } });
  expect(receiver.received[0]?.headers['webhook-id']).toBe(id);
});

it('reports failures and refunds of a payment', async () => {
  await start();
  provider.fail({ ...order, payment: 'pay_1' });
  provider.refund({ ...order, payment: 'pay_1' });
  await provider.settled();
  const told = receiver.received.map(
    ({ body }) => JSON.parse(body) as { readonly type: string; readonly data: { readonly payment: string } },
  );
  expect(told.map(({ type, data }) => [type, data.payment]).sort()).toEqual([
    ['payment.failed', 'pay_1'],
    ['payment.refunded', 'pay_1'],
  ]);
});

it('reports refunds by id and in total, and disputes', async () => {
  await start();
  provider.refund({ ...order, payment: 'pay_1', refund: 're_1', refundedTotal: '5000' });
  provider.tell('dispute.won', { ...order, payment: 'pay_1', dispute: 'dp_1' });
  await provider.settled();
  const told = receiver.received.map(({ body }) => JSON.parse(body) as { readonly type: string; readonly data: object });
  expect(told.find(({ type }) => type === 'payment.refunded')?.data).toEqual({
    ...order,
    payment: 'pay_1',
    refund: 're_1',
    refundedTotal: '5000',
  });
  expect(told.find(({ type }) => type === 'payment.dispute.won')?.data).toEqual({ ...order, payment: 'pay_1', dispute: 'dp_1' });
});

it('retries with the same id until the receiver answers 2xx', async () => {
  await start([500, 409, 503, 404, 302, 202]);
  const { id } = provider.pay(order);
  await provider.settled();
  expect(provider.deliveries).toEqual([expect.objectContaining({ state: 'taken', tries: [500, 409, 503, 404, 302, 202] })]);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
  receiver.received.forEach((_, index) => void receiver.verify(index, provider.secret));
});

it('retries until an unreachable receiver is reachable', async () => {
  await start();
  await receiver.stop();
  provider.pay(order);
  await waitFor(() => (provider.deliveries[0]?.tries.length ?? 0) > 2, { what: 'it tries again', timeoutMs: 5_000 });
  expect(provider.deliveries[0]?.tries[0]).toMatch(/ECONNREFUSED/);
});

it('stops when the receiver answers 410, or after the last retry', async () => {
  await start([410]);
  provider.pay(order);
  await provider.settled();
  expect(provider.deliveries[0]).toMatchObject({ state: 'given-up', tries: [410] });
  await provider.stop();
  await receiver.stop();
  await start([500], { retries: { ...QUICK, attempts: 3 } });
  provider.pay(order);
  await provider.settled();
  expect(provider.deliveries[0]).toMatchObject({ state: 'given-up', tries: [500, 500, 500] });
});

it('duplicates, delays and reorders events on request', async () => {
  await start();
  provider.pay({ ...order, payment: 'pay_1' }, { copies: 3 });
  await provider.settled();
  expect(new Set(receiver.received.map(({ headers, body }) => `${headers['webhook-id']}${body}`)).size).toBe(1);
  expect(receiver.received).toHaveLength(3);
  provider.pay({ ...order, payment: 'pay_2' }, { hold: true, copies: 2 });
  await provider.settled();
  expect(receiver.received).toHaveLength(3);
  expect([provider.release('reversed'), provider.release('shuffled')]).toEqual([2, 0]);
  await provider.settled();
  expect(receiver.received).toHaveLength(5);
});

it('delays an event on request', async () => {
  await start();
  const toldAt = performance.now();
  provider.pay(order, { delayMs: 50 });
  await provider.settled();
  expect(performance.now() - toldAt).toBeGreaterThanOrEqual(49);
});

it.each(WEBHOOK_FAULTS)('sends a faulty webhook on request: %s', async (lie) => {
  await start();
  provider.pay(order, { lie });
  await provider.settled();
  const told = (): unknown => receiver.verify(0, provider.secret);
  if (lie === 'bad-signature' || lie === 'flipped-byte') expect(told).toThrow('No matching signature found');
  else if (lie === 'old-timestamp') expect(told).toThrow('too old');
  else {
    const { data } = told() as { readonly data: PaymentOrder };
    const { tenant, sale, order: id, amount, currency } = data;
    expect({ tenant, sale, order: id, amount, currency }).not.toEqual(order);
  }
});

it('signs with both secrets while it rotates them, and then with the new one only', async () => {
  await start();
  const old = provider.secret;
  const next = provider.rotate();
  provider.pay(order);
  await provider.settled();
  provider.endRotation();
  provider.pay(order);
  await provider.settled();
  for (const [index, secret] of [
    [0, old],
    [0, next],
    [1, next],
  ] as const)
    expect(receiver.verify(index, secret)).toBeDefined();
  expect(() => receiver.verify(1, old)).toThrow();
});

describe('over HTTP', () => {
  const ask = async (method: string, path: string, body?: unknown): Promise<readonly [number, Readonly<Record<string, unknown>>]> => {
    const response = await fetch(`${provider.url}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    return [response.status, (await response.json()) as Readonly<Record<string, unknown>>];
  };

  it('executes requests, and lists their results', async () => {
    await start();
    const [status, told] = await ask('POST', '/payments', { ...order, copies: 2, hold: true, outcome: 'refunded', payment: 'pay_1' });
    expect([status, told]).toEqual([201, { event: expect.stringMatching(/^evt_/), payment: 'pay_1' }]);
    expect(await ask('POST', '/release', { turn: 'shuffled' })).toEqual([200, { released: 2 }]);
    await provider.settled();
    const [, { deliveries }] = await ask('GET', '/deliveries');
    expect(deliveries).toMatchObject([{ id: told.event, copy: 1, state: 'taken', tries: [200] }, { copy: 2 }]);
    const [, { secret }] = await ask('POST', '/rotate');
    expect([provider.secret, String(secret).slice(0, 6)]).toEqual([secret, 'whsec_']);
  });

  it('explains an invalid order', async () => {
    await start();
    expect(await ask('POST', '/payments', { ...order, amount: 5 })).toEqual([400, { error: expect.stringContaining('amount') }]);
    expect(await ask('POST', '/payments', 'x'.repeat(20_000))).toMatchObject([400, { error: expect.stringContaining('bytes') }]);
    expect(await ask('GET', '/nothing')).toMatchObject([404, { error: expect.stringContaining('POST /payments') }]);
    expect(receiver.received).toEqual([]);
  });
});
