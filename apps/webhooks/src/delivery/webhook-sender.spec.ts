import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { isPublicAddress, targetProblem } from '#shared/platform/webhooks/target.js';
import { AddressRefused, checkedLookup } from './checked-lookup.js';
import { pauseAfter } from './retry-times.js';
import { WebhookSender } from './webhook-sender.js';

const EVENT = { id: 'evt_a', body: '{}', secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] };
/** Addresses of this machine, of networks inside, and of the metadata services of clouds, in every spelling that a URL may have. */
const PRIVATE = [
  ...['127.0.0.1', '127.1', '0x7f.1', '0177.0.0.1', '2130706433', '0x7f000001', '017700000001', '127.0.0.1.', '0', '0.0.0.0'],
  ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '198.18.0.1', '192.0.2.1', '255.255.255.255', '224.0.0.1'],
  ...['169.254.169.254', '0xa9fea9fe', '2852039166', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:a9fe:a9fe]', '[::127.0.0.1]', '[fe80::1]', '[fec0::1]'],
  ...[
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]',
    '[2002:7f00:1::1]',
    '[2001::1]',
    '[2001:db8::1]',
    '[100::1]',
  ],
  ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost'],
];

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const looked = (lookup: ReturnType<typeof checkedLookup>, host: string): Promise<unknown> =>
  new Promise((resolve) => lookup(host, { all: true }, (thrown, found) => resolve(thrown ?? found)));
const of = (...addresses: string[]): LookupAddress[] => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('[L8] webhooks are sent to public addresses alone', () => {
  it.each(PRIVATE)('not to https://%s', async (host) => {
    expect([host, targetProblem(`https://${host}/hook`, 'public')]).toEqual([host, expect.any(String)]);
    const sender = new WebhookSender({ WEBHOOK_TARGETS: 'public', WEBHOOK_TIMEOUT_MS: 500 }, async () => of('127.0.0.1'));
    expect(await sender.send({ ...EVENT, url: `https://${host}:9/hook` })).toEqual({ accepted: false, error: 'address-refused' });
    sender.close();
  });

  it('takes those of the internet', () => {
    for (const address of ['1.1.1.1', '93.184.215.14', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    for (const host of ['crm.example', '1.1.1.1', '[2606:4700::1111]:8443', 'localhost.example'])
      expect([host, targetProblem(`https://${host}/hook?a=b`, 'public')]).toEqual([host, undefined]);
  });

  it.each([
    'http://crm.example/',
    'ftp://crm.example/',
    'https://me@crm.example/',
    'https://me:it@crm.example/',
    'https://crm.example/#a',
    'crm',
    '//a/b',
    `https://a/${'b'.repeat(500)}`,
  ])('does not take %s', (url) => {
    expect(targetProblem(url, 'public')).toEqual(expect.any(String));
  });

  it('hands out the addresses of a name that were checked, and asks once for each connection', async () => {
    const answers = [of('10.0.0.1', '93.184.215.14', '::1'), of('127.0.0.1'), of('::ffff:10.0.0.1')];
    let asked = 0;
    const lookup = checkedLookup('public', async () => answers[asked++] ?? []);
    expect(await looked(lookup, 'crm.example')).toEqual(of('93.184.215.14'));
    expect(await looked(lookup, 'crm.example')).toBeInstanceOf(AddressRefused); // the name says something else now
    expect(await looked(lookup, 'crm.example')).toBeInstanceOf(AddressRefused);
    expect(asked).toBe(3);
  });

  it('opens no connection to a name of this machine', async () => {
    let connections = 0;
    const server = createTcpServer(() => connections++).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sender = new WebhookSender({ WEBHOOK_TARGETS: 'public', WEBHOOK_TIMEOUT_MS: 2_000 }, async () => of('127.0.0.1', '::1'));
    const { port } = server.address() as AddressInfo;
    expect(await sender.send({ ...EVENT, url: `https://rebound.example:${port}/` })).toEqual({ accepted: false, error: 'address-refused' });
    sender.close();
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });
});

describe('a delivery', () => {
  const server = createServer();
  const sender = new WebhookSender({ WEBHOOK_TARGETS: 'any', WEBHOOK_TIMEOUT_MS: 1_500 });
  let url = '';
  beforeAll(async () => {
    url = `http://127.0.0.1:${await listening(server)}/`;
  });
  afterEach(() => server.removeAllListeners('request'));
  afterAll(async () => {
    sender.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('[L8] is signed with each secret that is valid, over id, time and body', async () => {
    const secrets = [...EVENT.secrets, `whsec_${Buffer.alloc(32, 2).toString('base64')}`];
    const heard: { readonly text: string; readonly headers: Record<string, string> }[] = [];
    server.on('request', async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      heard.push({ text, headers: request.headers as Record<string, string> });
      response.writeHead(204).end();
    });
    expect(await sender.send({ ...EVENT, body: '{"a":"é"}', secrets, url })).toMatchObject({ accepted: true });
    const [{ text, headers } = { text: '', headers: {} }] = heard;
    for (const secret of secrets) expect(new Webhook(secret).verify(text, headers)).toEqual({ a: 'é' });
    const other = { ...headers, 'webhook-id': 'evt_b' };
    expect(() => new Webhook(secrets[0] ?? '').verify(text, other)).toThrow();
    expect(() => new Webhook(`whsec_${'A'.repeat(44)}`).verify(text, headers)).toThrow();
  });

  it('ends in time where the receiver answers nothing', async () => {
    server.on('request', () => undefined);
    expect(await sender.send({ ...EVENT, url })).toEqual({ accepted: false, error: 'timeout' });
  });

  it('counts the status alone: an answer without end is cut off', async () => {
    let isCut: () => void = () => undefined;
    const cut = new Promise<void>((resolve) => {
      isCut = resolve;
    });
    server.on('request', (_, response) => {
      response.once('close', isCut);
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await sender.send({ ...EVENT, url })).toEqual({ accepted: true, status: 200 });
    await cut;
  });

  it('says what the receiver asks for', async () => {
    server.on('request', (_, response) => response.writeHead(503, { 'Retry-After': '7' }).end());
    expect(await sender.send({ ...EVENT, url })).toEqual({ accepted: false, status: 503, retryAfterMs: 7_000 });
  });

  it('is tried again at once where the receiver had closed a kept connection', async () => {
    server.on('request', (request, response) => {
      response.writeHead(200).end();
      if (request.headers['webhook-id'] === 'evt_first') setImmediate(() => request.socket.resetAndDestroy());
    });
    for (const id of ['evt_first', 'evt_second']) expect(await sender.send({ ...EVENT, id, url })).toEqual({ accepted: true, status: 200 });
  });

  it('says why there was no answer', async () => {
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await sender.send({ ...EVENT, url: `http://127.0.0.1:${port}/` })).toEqual({ accepted: false, error: 'ECONNREFUSED' });
  });
});

it('pauses twice as long after each failure, up to an hour, and never shorter than the receiver asks, up to the same', () => {
  const times = { firstMs: 5_000, giveUpMs: 0 };
  expect([1, 2, 3, 10, 11, 99].map((tries) => pauseAfter(tries, times, 0, 0))).toEqual([
    5_000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000,
  ]);
  expect([pauseAfter(1, times, 60_000, 0), pauseAfter(1, times, 1e9, 0), pauseAfter(1, times, 0, 1)]).toEqual([60_000, 3_600_000, 4_000]);
});
