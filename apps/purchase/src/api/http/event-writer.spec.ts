import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { EventWriter } from './event-writer.js';

const HEARTBEAT_MS = 30;
const SLOW_MS = 300;
const EVENT = { cursor: 'c', type: 'admit.OrderPlaced.v1', data: JSON.stringify({ much: 'x'.repeat(8_000) }) };
let server: Server;
let client: Socket;
let response: ServerResponse;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
  client.on('error', () => undefined); // dropped on purpose
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function received(until: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of client) {
    text += String(chunk);
    if (until.test(text)) break;
  }
  return text;
}

it('begins with a cursor, writes events, and sends heartbeats while idle', async () => {
  const writer = new EventWriter(response, HEARTBEAT_MS, SLOW_MS);
  writer.begin('start');
  await writer.write(EVENT);
  const text = await received(/: still here\n\n[\s\S]*: still here\n\n/);
  expect(text).toMatch(
    /^HTTP\/1\.1 200 OK[\s\S]*text\/event-stream[\s\S]*retry: 1000\nid: start\n\n[\s\S]*id: c\nevent: admit\.OrderPlaced\.v1\ndata: \{/,
  );
});

it('waits for a slow reader, drops one that reads nothing, and buffers little meanwhile', async () => {
  const writer = new EventWriter(response, 10_000, SLOW_MS);
  writer.begin('start');
  client.pause();
  const dropped = (async () => {
    for (let written = 0; ; written++) {
      await writer.write(EVENT);
      expect(response.writableLength).toBeLessThan(64 * 1024);
      if (written > 100_000) throw new Error('no reader, and it continues');
    }
  })();
  await expect(dropped).rejects.toThrow(`the reader took nothing for ${SLOW_MS} ms`);
  writer.drop();
  await once(response, 'close');
  expect(response.destroyed).toBe(true);
});

it('continues when a slow reader reads again', async () => {
  const writer = new EventWriter(response, 10_000, 20_000);
  writer.begin('start');
  client.pause();
  let written = 0;
  let waiting: Promise<void>;
  do {
    waiting = writer.write(EVENT);
    written += 1;
  } while (!response.writableNeedDrain);
  client.resume();
  await waiting;
  expect(written).toBeGreaterThan(1);
});

it('notices that its reader disconnected', async () => {
  const writer = new EventWriter(response, HEARTBEAT_MS, SLOW_MS);
  writer.begin('start');
  client.destroy();
  await once(response, 'close');
  await expect(writer.write(EVENT)).rejects.toThrow('the reader left');
});
