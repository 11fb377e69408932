import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { isTracing, startTracing, stopTracing } from '#shared/platform/process/tracing.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import { HttpCaller } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { MinterStage, newWallet, TENANT } from '../stages/minter-stage.js';
import { apiKeyOf, startSelling } from '../stages/selling.js';
import { Stage } from '../stages/stage.js';

const WAIT_MS = 60_000;

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: string | number };
  }[];
}

/** Receives spans as OTLP over HTTP, in JSON. */
class Collector {
  readonly spans: Span[] = [];
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Collector> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (request.url === '/v1/traces') collector.take(JSON.parse(Buffer.concat(parts).toString()));
        response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'Content-Type': 'application/json' }).end('{}');
      });
    });
    const collector = new Collector(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return collector;
  }

  private take(body: { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[] }): void {
    for (const { scopeSpans } of body.resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  of(traceId: string): readonly Span[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

/** The three apps and a collector, in one process. */
class TracedStage extends Stage {
  readonly minting = new MinterStage('traces');
  collector!: Collector;
  caller!: Caller;
  web!: HttpCaller;

  override async open(): Promise<void> {
    this.collector = await this.keep(Collector.open());
    await startTracing('admit-one', this.collector.url);
    this.onClose(() => stopTracing());
    await this.standOn(this.minting);
    const { server, admin, environment } = this.minting;
    await (await TenantRegister.on(admin)).create(TENANT, { apiKey: apiKeyOf(TENANT), hasNatsPassword: true, grants: ['free-mints'] });
    await this.standOn(new RunningLedger({ onClose: (close) => this.onClose(close), log: { server, lastSequences: async () => ({}) } }));
    const app = await this.keep(startSelling(server));
    await this.keep(startMinter(readEnvironment(environment), createLogger('minter', 'fatal')));
    this.caller = await this.keep(Caller.of(server, TENANT));
    this.web = await HttpCaller.of(app, TENANT);
  }
}

const stage = TracedStage.forTests();

const terms = { name: 'Gala', price: { amount: '0', currency: 'EUR' }, payment: 'none', mint: 'on-confirm' } as const;
const attribute = ({ attributes }: Span, name: string): string | number | undefined => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

/** The spans of the order with this buyer's ticket, once the mint is posted to the ledger. */
async function traceOfMint(ticket: string): Promise<readonly Span[]> {
  let all: readonly Span[] = [];
  const isWhole = (): boolean => {
    const minted = stage.collector.spans.find((span) => span.name === 'mint' && attribute(span, 'admit.ticket') === ticket);
    all = minted === undefined ? [] : stage.collector.of(minted.traceId);
    return all.some((span) => span.name === 'post to the ledger' && String(attribute(span, 'admit.events')).includes('MintCompleted'));
  };
  await waitFor(isWhole, { what: 'the mint of the order is posted to the ledger, and its spans have arrived', timeoutMs: WAIT_MS });
  return all;
}

const WHOLE = [
  ...['order.place', 'decide order.place', 'request mint', 'mint'],
  ...['chain.prepare', 'chain.send', 'chain.confirm', 'post to the ledger'],
];

it.each([
  'NATS',
  'HTTP',
])('one trace leads from a request over %s to the decision, the mint, the chain and the ledger', async (transport) => {
  const sale = `traced-${transport}`;
  await stage.caller.ask('sale.open', { sale, units: { quota: 5 }, ...terms }, `open-${sale}`);
  const body = { sale, buyer: 'b-1', quantity: 1, wallet: newWallet() };
  const placed =
    transport === 'NATS'
      ? await stage.caller.ask('order.place', body, `order-${sale}`)
      : await stage.web.askFor('order.place', body, `order-${sale}`);
  expect(placed.status).toBe(201);
  const [{ ticket }] = placed.body.tickets as [{ ticket: string }];
  const spans = await traceOfMint(ticket);
  expect([...new Set(spans.map(({ name }) => name))].sort()).toEqual([...WHOLE].sort());
  const roots = spans.filter(({ parentSpanId }) => (parentSpanId ?? '') === '');
  expect(roots.map(({ name }) => name)).toEqual(['order.place']);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(spans.filter(({ parentSpanId }) => (parentSpanId ?? '') !== '' && !ids.has(parentSpanId ?? ''))).toEqual([]);
  const mint = spans.find(({ name }) => name === 'mint');
  for (const span of spans.filter(({ name }) => name.startsWith('chain.')))
    expect([span.name, span.parentSpanId]).toEqual([span.name, mint?.spanId]);
  expect(attribute(spans.find(({ name }) => name === 'chain.confirm') as Span, 'admit.verdict')).toBe('confirmed');
  expect(attribute(roots[0] as Span, 'admit.status')).toBe(201);
  expect(spans.filter(({ startTimeUnixNano, endTimeUnixNano }) => BigInt(endTimeUnixNano) < BigInt(startTimeUnixNano))).toEqual([]);
});

it('continues the trace of a caller, and records none that the caller does not sample', async () => {
  await stage.web.askFor('sale.open', { sale: 'called', units: { quota: 5 }, ...terms, mint: 'on-request' }, 'open-called');
  const [sampled, unsampled] = ['a'.repeat(32), 'b'.repeat(32)];
  const ask = (trace: string, flags: string) => {
    const traceparent = `00-${trace}-${'1'.repeat(16)}-${flags}`;
    return stage.web.askFor('order.place', { sale: 'called', buyer: 'b-1', quantity: 1 }, `key-${flags}`, { traceparent });
  };
  expect((await ask(unsampled, '00')).status).toBe(201);
  expect((await ask(sampled, '01')).status).toBe(201);
  const posted = (): boolean => stage.collector.of(sampled).some(({ name }) => name === 'post to the ledger');
  await waitFor(posted, { what: 'the sampled order is posted', timeoutMs: WAIT_MS });
  const request = stage.collector.of(sampled).find(({ name }) => name === 'order.place');
  expect(request?.parentSpanId).toBe('1'.repeat(16));
  expect(stage.collector.of(unsampled)).toEqual([]);
});

it('loads nothing and records nothing without a configured receiver', async () => {
  await stopTracing();
  await startTracing('admit-one', '');
  expect(isTracing()).toBe(false);
  const before = stage.collector.spans.length;
  expect((await stage.web.askFor('order.place', { sale: 'called', buyer: 'b-2', quantity: 1 }, 'key-off')).status).toBe(201);
  expect(stage.collector.spans.length).toBe(before);
});
