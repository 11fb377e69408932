import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../dev/postgres/server.js';
import { Stage } from '../stages/stage.js';

const stage = Stage.forTests();
const folder = stage.folder('postgres');
let server: PostgresServer;

beforeAll(async () => {
  server = await stage.keep(startPostgres({ dataDir: folder }));
  await server.createDatabase('admit');
});

const count = (): Promise<number> =>
  server.asSuperuser('admit', async (client) => Number((await client.query<{ n: string }>('SELECT count(*) AS n FROM kept')).rows[0]?.n));

it('keeps committed rows through kill -9 of the whole server, on the same port', async () => {
  await server.asSuperuser('admit', async (client) => {
    await client.query('CREATE TABLE kept (id int)');
    await client.query('INSERT INTO kept SELECT generate_series(1, 100)');
  });
  await server.kill9();
  expect(server.pid).toBeUndefined();
  await server.restart();
  expect(await count()).toBe(100);
});

it('starts again over the remains of a server of which only the first process was killed', async () => {
  const client = new pg.Client({ connectionString: server.url('admit') });
  client.on('error', () => undefined);
  await client.connect();
  const query = client.query('SELECT pg_sleep(60)').catch((error: unknown) => error); // a session that is busy when it happens
  process.kill(server.pid ?? 0, 'SIGKILL');
  expect(await query).toBeInstanceOf(Error);
  await server.restart();
  expect(await count()).toBe(100);
  await client.end().catch(() => undefined);
});

it('restarts by itself after kill -9 if that is configured, with data and password', async () => {
  const url = server.url('admit');
  await server.stop();
  server = await stage.keep(startPostgres({ dataDir: folder, port: server.port, heal: true }));
  expect(server.url('admit')).toBe(url);
  await server.kill9();
  await server.part.ready(60_000);
  expect(await count()).toBe(100);
});

it('syncs to disk, listens on no socket file, and wants a password', async () => {
  const shown = await server.asSuperuser('admit', async (client) => {
    const { rows } = await client.query<{ name: string; setting: string }>(
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'unix_socket_directories', 'listen_addresses')",
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  });
  expect(shown).toEqual({ fsync: 'on', synchronous_commit: 'on', unix_socket_directories: '', listen_addresses: '127.0.0.1' });
  const intruder = new pg.Client({ connectionString: server.url('admit', { user: 'postgres', password: 'guess' }) });
  await expect(intruder.connect()).rejects.toThrow(/password/);
});

it('leaves a database that exists as it is', async () => {
  await server.createDatabase('admit');
  expect(await count()).toBe(100);
});
