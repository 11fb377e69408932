import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { SeenCommands } from '../stages/seen-commands.js';
import { Shop } from '../stages/shop.js';

const ORDER = JSON.stringify({ sale: 'safe', buyer: 'b-1', quantity: 1 });
let jsm: JetStreamManager;
let seen: SeenCommands;

const shop = Shop.forTests('subjects');
beforeAll(async () => {
  jsm = await jetstreamManager(shop.log.admin);
  seen = await SeenCommands.on(shop.log);
  await shop.demo.open('safe', { quota: 10_000 });
});

/** A client that writes the protocol by hand: an attacker can send what a library refuses. */
class BareClient {
  private heard = '';
  private closed = false;

  private constructor(
    private readonly socket: Socket,
    private readonly inbox: string,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.heard += chunk.toString('latin1');
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', (error) => {
      this.heard += `-ERR ${error.message}\r\n`; // a reset adds nothing to the answer before it
    });
  }

  static async as(user: string): Promise<BareClient> {
    const { pass, inboxPrefix } = shop.log.server.connection(user);
    const socket = connect(shop.log.server.port, '127.0.0.1');
    const client = new BareClient(socket, `${inboxPrefix}.bare`);
    await once(socket, 'connect');
    socket.write(`CONNECT ${JSON.stringify({ user, pass, verbose: false, pedantic: false, headers: true, no_responders: true })}\r\n`);
    socket.write(`SUB ${client.inbox} 1\r\n`);
    await client.hears(/INFO /);
    return client;
  }

  /** Sends one request, and a probe behind it whose answer shows that the server has handled both; returns the answers. */
  async ask(subject: string): Promise<string> {
    const head = 'NATS/1.0\r\nIdempotency-Key: bare\r\n\r\n';
    const payload = Buffer.from(head + ORDER);
    const from = this.heard.length;
    this.socket.write(
      Buffer.concat([
        Buffer.from(`HPUB ${subject} ${this.inbox} ${head.length} ${payload.length}\r\n`, 'latin1'),
        payload,
        Buffer.from('\r\n'),
      ]),
    );
    await this.hears(/MSG |-ERR/, from);
    return this.heard.slice(from) || 'the server hung up';
  }

  close(): void {
    this.socket.destroy();
  }

  private async hears(what: RegExp, from = 0): Promise<void> {
    while (!what.test(this.heard.slice(from)) && !this.closed) await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
  }
}

/** Uses a separate connection: some payloads end it. */
async function askBare(user: string, subject: string): Promise<string> {
  const client = await BareClient.as(user);
  const answer = await client.ask(subject);
  client.close();
  return answer;
}

it('names what the subject must contain, to a bare client too', async () => {
  expect(await askBare('demo', 'admit.demo.order.place')).toContain('"order":"ord_');
});

describe('[L8] a tenant in the subject', () => {
  const deadLetters = {
    dot: 'a.b',
    star: '*',
    'two stars': 'a*b',
    arrow: '>',
    'part arrow': 'a>',
    NUL: 'a\u0000b',
    'no UTF-8': 'a\u00ffb',
    slash: 'a/b',
    dollar: '$SYS',
    long: 'x'.repeat(65),
  };
  it.each(
    Object.entries(deadLetters),
  )('[blockchain TP-7] with a %s reaches no log, neither from a tenant nor from within', async (_, tenant) => {
    const before = await shop.log.settledSequences();
    expect(await askBare('demo', `admit.${tenant}.order.place`)).toMatch(/Permissions Violation for Publish/);
    expect(await askBare('operator', `admit.${tenant}.order.place`)).toMatch(/tenant-malformed|NATS\/1\.0 503|Invalid Publish Subject/);
    expect(await shop.log.settledSequences()).toEqual(before);
  });

  it.each([
    'admit.a b.order.place',
    'admit.a\tb.order.place',
    'admit. .order.place',
    'admit..order.place',
    'admit.demo.order.place ev.acme.sale.x',
  ])('with white space or nothing in it is no subject at all: %j', async (subject) => {
    const before = await shop.log.settledSequences();
    expect(await askBare('operator', subject)).toMatch(/-ERR|NATS\/1\.0 503|hung up/);
    expect(await shop.log.settledSequences()).toEqual(before);
  });
});

describe('[L8] a reply subject', () => {
  it.each([
    'ev.acme.sale.x',
    'ev.demo.sale.safe',
    'cmd.acme.safe.k',
    'mint.acme.t.1',
    'timer.set.x',
    'dead.EVENTS.x',
    '$JS.API.STREAM.DELETE.EVENTS',
  ])('of a stream gets no answer of the real service stored: %s', async (reply) => {
    const before = await shop.log.settledSequences();
    shop.demo.connection.publish('admit.demo.sale.get', JSON.stringify({ sale: 'safe' }), { reply });
    await shop.demo.connection.flush();
    expect((await shop.demo.ask('sale.get', { sale: 'safe' })).status).toBe(200); // one endpoint answers in turn: the one before is answered too
    expect(await shop.log.settledSequences()).toEqual(before);
    expect((await jsm.streams.info('EVENTS')).config.name).toBe('EVENTS');
  });
});

describe('an idempotency key', () => {
  const keys = ['.', '*', '>', 'a.b', 'a b', 'ev.acme.sale.x', 'cmd.*.>', '$JS.API.>', '../../..', '%00', '{}', '"', '\\', '~'.repeat(255)];
  it.each(keys)('[minting IK2] [blockchain TP-2] of any printable characters enters no subject: %s', async (key) => {
    const placed = await shop.demo.place('safe', { quantity: 1, buyer: `b-${keys.indexOf(key)}` }, key);
    expect(placed.status).toBe(201);
    expect(seen.last.subject).toMatch(/^cmd\.demo\.safe\.[a-z2-7]{26}$/);
    expect(seen.last.json()).toMatchObject({ key });
  });
});

describe('the name of a sale', () => {
  it.each(['-', '_', '0', 'x'.repeat(64), 'sale', 'mint', 'EVENTS', '__proto__', 'constructor'])('may be %s', async (sale) => {
    expect((await shop.demo.open(sale, { quota: 1 })).status).toBe(201);
    expect((await shop.demo.place(sale, { quantity: 1 })).status).toBe(201);
    expect(await jsm.streams.getMessage('EVENTS', { last_by_subj: `ev.demo.sale.${sale}` })).toMatchObject({
      subject: `ev.demo.sale.${sale}`,
    });
  });
});

describe('the headers of a caller', () => {
  it('do not reach the streams: they could expire, roll up or misplace stored messages', async () => {
    const head = headers();
    const dangerous = [
      'Nats-TTL',
      'Nats-Rollup',
      'Nats-Msg-Id',
      'Nats-Expected-Stream',
      'Nats-Expected-Last-Subject-Sequence',
      'Nats-Schedule',
    ];
    for (const name of dangerous) head.set(name, '1');
    head.set('Idempotency-Key', 'headers');
    head.set('traceparent', 'not a trace\u0001');
    const answer = await shop.demo.connection.request('admit.demo.order.place', ORDER, { headers: head, timeout: 10_000 });
    expect(answer.headers?.get('Admit-Status')).toBe('201');
    const { EVENTS = 0 } = await shop.log.settledSequences();
    const command = seen.last;
    const commit = await jsm.streams.getMessage('EVENTS', { seq: EVENTS });
    expect(command.headers?.get('Nats-Msg-Id')).toMatch(/^demo:safe:[a-z2-7]{26}$/);
    expect([...(command.headers?.keys() ?? [])]).toEqual(['Nats-Msg-Id']);
    expect([...(commit?.header.keys() ?? [])]).not.toEqual(expect.arrayContaining(['Nats-TTL']));
    expect(command.string()).not.toContain('not a trace');
    expect(commit?.string()).not.toContain('not a trace');
  });
});
