import { statSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { accountsConfig, usersOf } from '#shared/platform/topology/accounts.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { Stage } from '../stages/stage.js';

const stage = Stage.forTests();
const folder = stage.folder('nats');
let server: NatsServer;

beforeAll(async () => {
  server = await stage.keep(startNats({ dataDir: folder }));
}, 180_000); // the first run of all may have to fetch the server

async function stored(): Promise<number> {
  const nc = await connect(server.connection('provision'));
  try {
    return (await (await jetstreamManager(nc)).streams.info('KEPT')).state.messages;
  } finally {
    await nc.close();
  }
}

it('keeps acknowledged messages through kill -9, on the same port', async () => {
  const nc = await connect(server.connection('provision'));
  await (await jetstreamManager(nc)).streams.add({ name: 'KEPT', subjects: ['kept'] });
  for (let i = 0; i < 20; i++) await jetstream(nc).publish('kept', `${i}`);
  const before = server.pid;
  await server.kill9();
  expect(server.pid).toBeUndefined();
  await nc.close();
  await server.restart();
  expect(server.pid).not.toBe(before);
  expect(await stored()).toBe(20);
});

it('comes back with its data and its passwords after an orderly stop', async () => {
  const { pass } = server.credentials('demo');
  await server.stop();
  server = await stage.keep(startNats({ dataDir: folder }));
  expect(server.credentials('demo').pass).toBe(pass);
  expect(await stored()).toBe(20);
});

it('restarts by itself after kill -9 if that is configured', async () => {
  await server.stop();
  server = await stage.keep(startNats({ dataDir: folder, heal: true }));
  await server.kill9();
  await server.part.ready(60_000);
  expect(await stored()).toBe(20);
});

it('keeps its passwords from other users of the machine', () => {
  for (const name of ['credentials.json', 'nats.conf']) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
});

it('refuses clients without a password', async () => {
  await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/Authorization/);
});

it('names a port that is taken', async () => {
  await expect(startNats({ dataDir: stage.folder('nats-other'), port: server.port })).rejects.toThrow(`Port ${server.port}`);
});

describe('the generated configuration', () => {
  const plan = {
    passwords: Object.fromEntries(usersOf(['twice']).map((user) => [user, 'x'])),
    storeDir: 'js',
    port: 4222,
    monitorPort: 8222,
    pidFile: 'pid',
  };
  it.each(['a.b', 'a b', '*', '>', '', 'x'.repeat(65), 'a"b', 'a\n'])('refuses %j as a tenant', (tenant) => {
    expect(() => accountsConfig({ ...plan, tenants: [tenant] })).toThrow('cannot be a tenant');
  });

  it.each(['purchase', 'edge', 'provision', 'replay', 'twice'])('refuses a tenant %s, whose name a user has already', (tenant) => {
    expect(() => accountsConfig({ ...plan, tenants: ['twice', tenant] })).toThrow('cannot be a tenant');
  });

  it('accepts a tenant with an odd name', async () => {
    const other = await stage.keep(startNats({ dataDir: stage.folder('nats-odd'), tenants: ['-odd_9-'] }));
    const nc = await stage.keep(connect(other.connection('-odd_9-')));
    await nc.flush();
  });
});
