import { type MsgHdrs, headers as natsHeaders, type Subscription } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Recorded } from '#shared/domain/recorded.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import type { SaleId } from '#shared/kernel/ids.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { Caller, type Heard } from '../harness/caller.js';
import { EventReader } from '../harness/event-reader.js';
import { HttpCaller } from '../harness/http-caller.js';
import { MinterStage, newWallet, TENANT } from '../stages/minter-stage.js';
import { apiKeyOf } from '../stages/selling.js';
import { Stage } from '../stages/stage.js';

const PATIENCE_MS = 60_000;
const REQUEST_MS = 10_000;

/** The purchase app and a minter whose log lines are kept, and everything that is published for the minter. */
class TraceStage extends Stage {
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly mintCommands = new Map<string, MsgHdrs | undefined>();
  minting!: MinterStage;
  app!: NestFastifyApplication;
  caller!: Caller;
  web!: HttpCaller;

  override async open(): Promise<void> {
    this.minting = await this.standOn(new MinterStage('trace'));
    const { server, admin, environment } = this.minting;
    await (await TenantRegister.on(admin)).create(TENANT, { apiKey: apiKeyOf(TENANT), hasNatsPassword: true });
    this.listen(admin.subscribe('mint.>'));
    this.app = await this.keep(
      startPurchase(
        readEnvironment({
          NATS_URL: server.url,
          NATS_PASSWORD: server.credentials('purchase').pass,
          NATS_EDGE_PASSWORD: server.credentials('edge').pass,
        }),
        this.logger('debug'),
      ),
    );
    await this.keep(startMinter(readEnvironment(environment), this.logger('info')));
    this.caller = await this.keep(Caller.of(server, TENANT));
    this.web = await HttpCaller.of(this.app, TENANT);
  }

  private listen(subscription: Subscription): void {
    void (async () => {
      for await (const { subject, headers } of subscription) this.mintCommands.set(subject, headers);
    })();
  }

  private logger(level: string): Logger {
    return pino({ level }, { write: (line: string) => void this.lines.push(JSON.parse(line) as Record<string, unknown>) });
  }

  async recorded(subject: string): Promise<Recorded[]> {
    return (await commitsOf(await JetStreamEventStore.on(this.minting.admin), subject)).flatMap(({ events }) => events);
  }

  async until(sale: string, status: string, ticket: string): Promise<void> {
    const reached = async (): Promise<boolean> => (await this.caller.ask('ticket.get', { sale, ticket })).body.status === status;
    await waitFor(reached, { what: `the ticket is ${status}`, timeoutMs: PATIENCE_MS });
  }

  /** The types of the events that this trace led to, in the order of the log. */
  async ledTo(sale: string, trace: string): Promise<string[]> {
    const of = [saleSubject(TENANT, sale as SaleId), mintSubject(TENANT, sale)];
    const events = (await Promise.all(of.map((subject) => this.recorded(subject)))).flat();
    return events.filter(({ traceparent }) => traceparent === trace).map(({ type }) => type);
  }
}

const stage = new TraceStage();
beforeAll(() => stage.open(), 180_000);
afterAll(() => stage.close());

/** Asks over one transport with a trace context. */
type Ask = (operation: string, body: object, key: string, traceparent: string) => Promise<Pick<Heard, 'status' | 'body'>>;
const TRANSPORTS: Readonly<Record<string, Ask>> = {
  NATS: async (operation, body, key, traceparent) => {
    const headers = natsHeaders();
    headers.set('Idempotency-Key', key);
    headers.set('traceparent', traceparent);
    const options = { headers, timeout: REQUEST_MS };
    const answer = await stage.caller.connection.request(`admit.${TENANT}.${operation}`, JSON.stringify(body), options);
    return { status: Number(answer.headers?.get('Admit-Status')), body: answer.json() };
  },
  HTTP: (operation, body, key, traceparent) => stage.web.askFor(operation, body, key, { traceparent }),
};

const traceOf = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

describe.each(Object.entries(TRANSPORTS))('a trace context that came over %s', (name, ask) => {
  const sale = `traced-${name}`;
  const [opened, placed, refunded] = (name === 'NATS' ? ['1', '2', '3'] : ['4', '5', '6']).map(traceOf) as [string, string, string];
  let ticket = '';
  let order = '';

  it('passes from the order to the minted asset: events, mint command, mint events', async () => {
    const price = { amount: '0', currency: 'EUR' };
    const terms = { sale, name: 'Gala', units: { seats: ['A-1'] }, price, payment: 'none', mint: 'on-confirm', tickets: 'revocable' };
    expect((await ask('sale.open', terms, `open-${sale}`, opened)).status).toBe(201);
    const wanted = { sale, buyer: 'b-1', units: ['A-1'], wallet: newWallet() };
    const answer = await ask('order.place', wanted, `order-${sale}`, placed);
    expect(answer.status).toBe(201);
    order = `${answer.body.order}`;
    ticket = `${(answer.body.tickets as { ticket: string }[])[0]?.ticket}`;
    await stage.until(sale, 'minted', ticket);
    expect(await stage.ledTo(sale, opened)).toEqual(['SaleOpened']);
    expect(await stage.ledTo(sale, placed)).toEqual([
      ...['OrderPlaced', 'OrderConfirmed', 'MintsRequested'],
      ...['MintPlanned', 'MintSubmitted', 'MintCompleted'],
    ]);
    expect(stage.mintCommands.get(`mint.${TENANT}.${ticket}.1`)?.get('traceparent')).toBe(placed);
  });

  it('passes from a cancellation to the burned asset and the unit that is sold again', async () => {
    expect((await ask('order.cancel', { sale, order }, `cancel-${sale}`, refunded)).status).toBe(200);
    await stage.until(sale, 'released', ticket);
    const done = async (): Promise<boolean> => (await stage.ledTo(sale, refunded)).includes('UnitsReleased');
    await waitFor(done, { what: 'the unit is released', timeoutMs: PATIENCE_MS });
    const ledTo = await stage.ledTo(sale, refunded);
    expect(ledTo).toEqual(expect.arrayContaining(['OrderCancelled', 'RevocationsRequested', 'MintRevokeSubmitted', 'MintRevoked']));
    expect(stage.mintCommands.get(`mint.${TENANT}.${ticket}.revoke`)?.get('traceparent')).toBe(refunded);
  });

  it('is in every caused event of the event stream', async () => {
    const reader = await EventReader.open(`${stage.web.url}/v1/events`, stage.web.authorization);
    if (!(reader instanceof EventReader)) throw new Error(`no stream: ${reader.status}`);
    const told: string[] = [];
    for (let last = ''; last !== 'MintRevoked'; ) {
      const [event] = await reader.take(1);
      const { source, type, traceparent } = event?.data as unknown as Record<string, string>;
      if (!source?.endsWith(`/${sale}`)) continue;
      last = type?.split('.')[1] ?? '';
      if ([placed, refunded].includes(traceparent ?? '')) told.push(last);
    }
    reader.leave();
    expect(told).toEqual(expect.arrayContaining(['OrderPlaced', 'MintCompleted', 'RevocationsRequested', 'MintRevoked']));
  });

  it('is in the log lines of the purchase app and of the minter', () => {
    const lines = stage.lines.filter(({ traceparent }) => traceparent === placed);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ operation: 'order.place', status: 201, msg: 'answered' }),
        expect.objectContaining({ ticket, msg: 'minted' }),
      ]),
    );
    expect(stage.lines.filter(({ traceparent }) => traceparent === refunded)).toEqual(
      expect.arrayContaining([expect.objectContaining({ operation: 'order.cancel' }), expect.objectContaining({ ticket })]),
    );
  });
});

it.each([
  ['one that is no trace context', 'not a trace'],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`],
  ['a parent of zeros', `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['the version that there cannot be', `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`],
])('does not carry on %s, and answers all the same', async (what, traceparent) => {
  const sale = `untraced-${what.length}`;
  const price = { amount: '0', currency: 'EUR' };
  const terms = { sale, name: 'Gala', units: { quota: 1 }, price, payment: 'none', mint: 'on-request' };
  for (const ask of Object.values(TRANSPORTS)) expect((await ask('sale.open', terms, `open-${sale}`, traceparent)).status).toBe(201);
  const events = await stage.recorded(saleSubject(TENANT, sale as SaleId));
  expect(events.map((event) => [event.type, event.traceparent])).toEqual([['SaleOpened', undefined]]);
});
