import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createLogger } from '#shared/platform/process/logger.js';
import { connected, type DatabaseUse, database } from './connect.js';

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const GOODBYE = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

let server: Server;
const sockets: Socket[] = [];
let silent = false;
beforeAll(async () => {
  server = createServer((socket) => {
    sockets.push(socket);
    const greet = () => (silent ? socket.write(WELCOME) : socket.end(Buffer.concat([WELCOME, GOODBYE])));
    socket.once('data', greet).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy(); // a silent Postgres does not end a session either
  await once(server.close(), 'close');
});

const poolWith = (more: Partial<DatabaseUse> = {}) => {
  const { port } = server.address() as AddressInfo;
  const url = `postgresql://somebody:secret@127.0.0.1:${port}/admit`;
  return database(url, { name: 'test', connections: 1, logger: createLogger('test', 'silent'), ...more });
};

it('survives a Postgres that exits at the moment in which it accepts a connection', async () => {
  await expect(connected(poolWith())).rejects.toMatchObject({ code: 'database-unreachable' });
});

it('gives up a Postgres that accepts a connection and sends nothing more, after the configured timeout', async () => {
  silent = true;
  for (const queryTimeoutMs of [50, 400]) {
    const startedAt = performance.now();
    await expect(connected(poolWith({ queryTimeoutMs }))).rejects.toMatchObject({ code: 'database-unreachable' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(queryTimeoutMs - 1);
  }
});
