import 'reflect-metadata';
import { type ServiceClient, Svcm } from '@nats-io/services';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientsModule, NatsRecordBuilder, Transport } from '@nestjs/microservices';
import { connect as connectOld, type NatsConnection as OldConnection, headers as oldHeaders, StringCodec } from 'nats';
import { firstValueFrom } from 'rxjs';
import { Shop } from '../stages/shop.js';

/** Nothing answers within: longer than a local service takes by orders of magnitude. */
const SILENCE_MS = 500;
const ANSWER_MS = 10_000;

const shop = Shop.forTests('interop');
beforeAll(async () => {
  await shop.demo.open('gala', { quota: 100 });
});

const order = (buyer: string, quantity = 1) => ({ sale: 'gala', buyer, quantity });
const sold = async (): Promise<number> =>
  ((await shop.demo.ask('sale.get', { sale: 'gala' })).body.units as { readonly sold: number }).sold;

describe('the older nats 2.x client', () => {
  const text = StringCodec();
  let old: OldConnection;
  beforeAll(async () => {
    old = await connectOld(shop.log.server.connection('demo'));
  });
  afterAll(() => old?.close());

  it('places an order and replays it, byte for byte', async () => {
    const before = await sold();
    const head = oldHeaders();
    head.set('Idempotency-Key', 'old-1');
    const ask = () =>
      old.request('admit.demo.order.place', text.encode(JSON.stringify(order('old'))), { headers: head, timeout: ANSWER_MS });
    const [first, again] = [await ask(), await ask()];
    expect([first.headers?.get('Admit-Status'), first.headers?.get('Idempotent-Replayed')]).toEqual(['201', '']);
    expect(again.headers?.get('Idempotent-Replayed')).toBe('true');
    expect(text.decode(again.data)).toBe(text.decode(first.data));
    expect(await sold()).toBe(before + 1);
  });

  it('gets a problem that names what a request without headers lacks', async () => {
    const response = await old.request('admit.demo.order.place', text.encode(JSON.stringify(order('old'))), { timeout: ANSWER_MS });
    expect(JSON.parse(text.decode(response.data))).toMatchObject({ status: 400, code: 'key-missing' });
    expect([response.headers?.get('Nats-Service-Error-Code'), response.headers?.get('Nats-Service-Error')]).toEqual([
      '400',
      expect.stringContaining('Idempotency-Key'),
    ]);
  });
});

describe('a raw request', () => {
  it.each([
    ['without headers', JSON.stringify(order('raw')), 'key-missing'],
    ['without headers or body', '', 'key-missing'],
  ])('%s is answered by a problem and stores nothing', async (_, body, code) => {
    const before = await shop.log.lastSequences();
    const response = await shop.demo.connection.request('admit.demo.order.place', body, { timeout: ANSWER_MS });
    expect(response.json()).toMatchObject({ type: `urn:admit-one:problem:${code}`, status: 400, code });
    expect(response.headers?.get('Content-Type')).toBe('application/problem+json');
    expect(await shop.log.lastSequences()).toEqual(before);
  });

  it('gets the same answer whatever the case of its headers, and with the alias of the key', async () => {
    for (const name of ['idempotency-key', 'X-Idempotency-Key']) {
      const head = headers();
      head.append(name, 'case-1');
      const response = await shop.demo.connection.request('admit.demo.order.place', JSON.stringify(order('case')), {
        headers: head,
        timeout: ANSWER_MS,
      });
      expect(response.headers?.get('Admit-Status')).toBe('201');
    }
  });
});

describe('ClientProxy in another Nest app', () => {
  let other: INestApplicationContext;
  let admit: ClientProxy;

  beforeAll(async () => {
    const options = shop.log.server.connection('demo');
    @Module({ imports: [ClientsModule.register([{ name: 'ADMIT', transport: Transport.NATS, options }])] })
    class BoxOffice {}
    other = await NestFactory.createApplicationContext(BoxOffice, { logger: false });
    admit = other.get<ClientProxy>('ADMIT');
  });
  afterAll(() => other?.close());

  const keyed = (data: unknown, key: string) => {
    const head = headers();
    head.set('Idempotency-Key', key);
    return new NatsRecordBuilder(data).setHeaders(head).build();
  };
  const send = (pattern: string, data: unknown): Promise<unknown> => firstValueFrom(admit.send<unknown>(`admit.demo.${pattern}`, data));

  it('places an order with its key in the headers of a NatsRecord, and gets the same answer again', async () => {
    const before = await sold();
    const first = await send('order.place', keyed(order('nest'), 'nest-1'));
    expect(first).toMatchObject({ sale: 'gala', buyer: 'nest', status: 'confirmed' });
    expect(await send('order.place', keyed(order('nest'), 'nest-1'))).toEqual(first);
    expect(await sold()).toBe(before + 1);
  });

  it('asks the same request as a raw one: one key, one answer', async () => {
    const before = await sold();
    const raw = await shop.demo.ask('order.place', order('both'), 'both-1');
    expect(await send('order.place', keyed(order('both'), 'both-1'))).toEqual(raw.body);
    expect(await sold()).toBe(before + 1);
  });

  it('reads without a key', async () => {
    expect(await send('sale.get', { sale: 'gala' })).toMatchObject({ sale: 'gala', units: { opened: 100 } });
  });

  it.each([
    ['a request without a key', () => order('nest'), { status: 400, code: 'key-missing' }],
    ['a body that is not valid', () => keyed({ sale: 'gala', buyer: 'nest' }, 'nest-2'), { status: 400, errors: [{ pointer: '/units' }] }],
    ['a key used for another body', () => keyed(order('nest', 2), 'nest-1'), { status: 422, errors: [{ pointer: '/quantity' }] }],
    ['a refusal', () => keyed({ ...order('nest'), quantity: 100 }, 'nest-3'), { status: 409, code: 'sold-out' }],
  ])('throws the problem of %s', async (_, data, problem) => {
    await expect(send('order.place', data())).rejects.toMatchObject(problem);
  });

  it('emits an order without waiting for it', async () => {
    await firstValueFrom(admit.emit('admit.demo.order.place', keyed(order('emitted'), 'emitted-1')), { defaultValue: undefined });
    const answer = await shop.demo.askUntilSettled('order.place', order('emitted'), 'emitted-1');
    expect(answer).toMatchObject({ status: 201, body: { buyer: 'emitted' } });
  });
});

describe('$SRV of the services framework', () => {
  let operator: NatsConnection;
  let services: ServiceClient;

  beforeAll(async () => {
    operator = await connect(shop.log.server.connection('operator'));
    services = new Svcm(operator).client({ strategy: 'count', maxMessages: 1, maxWait: ANSWER_MS });
  });
  afterAll(() => operator?.close());

  async function all<T>(found: Promise<AsyncIterable<T>>): Promise<T[]> {
    const list: T[] = [];
    for await (const one of await found) list.push(one);
    return list;
  }

  it('shows an operator the service, its endpoints and their figures', async () => {
    expect(await all(services.ping('admit-purchase'))).toMatchObject([{ name: 'admit-purchase', type: 'io.nats.micro.v1.ping_response' }]);
    const [info] = await all(services.info('admit-purchase'));
    const place = info?.endpoints?.find(({ name }) => name === 'order-place');
    expect(place).toMatchObject({ subject: 'admit.*.order.place' });
    const [stats] = await all(services.stats('admit-purchase'));
    const figures = stats?.endpoints?.find(({ name }) => name === 'order-place');
    expect(figures?.num_requests).toBeGreaterThan(0);
  });

  it.each(['PING', 'INFO', 'STATS'])('reveals nothing to a tenant: %s', async (verb) => {
    for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.admit-purchase`]) {
      await expect(shop.demo.connection.request(subject, '', { timeout: SILENCE_MS })).rejects.toThrow(/permission|timeout|no responders/i);
    }
  });
});
