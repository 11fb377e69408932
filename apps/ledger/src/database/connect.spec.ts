import { type AddressInfo, createServer, type Server } from 'node:net';
import { createLogger } from '#shared/platform/logger.js';
import { connected, database } from './connect.js';

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const GOODBYE = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

let server: Server;
beforeAll(async () => {
  server = createServer((socket) => socket.once('data', () => socket.end(Buffer.concat([WELCOME, GOODBYE]))).on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

it('outlives a Postgres that goes away at the very moment in which it lets somebody in', async () => {
  const { port } = server.address() as AddressInfo;
  const url = `postgresql://somebody:secret@127.0.0.1:${port}/admit`;
  const pool = database(url, { name: 'test', connections: 1, logger: createLogger('test', 'silent') });
  await expect(connected(pool)).rejects.toMatchObject({ code: 'database-unreachable' });
});
