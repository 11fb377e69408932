import { jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox, type NatsConnection } from '@nats-io/transport-node';
import type { TenantId } from '#shared/kernel/ids.js';
import { ACCOUNT_LIMITS, accountInstructions } from '#shared/platform/tenants/nats-account.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Stage } from '../stages/stage.js';

const WAIT_MS = 60_000;
const stage = Stage.forTests();
const folder = stage.folder('account-limits');
let server: NatsServer;

beforeAll(async () => {
  server = await stage.keep(startNats({ dataDir: folder }));
});

const as = (tenant: string): Promise<NatsConnection> => connect({ ...server.connection(tenant), reconnect: false });

describe('[L13] a tenant over NATS', () => {
  it('has a limited number of connections, others have theirs, and a closed one makes room', async () => {
    const open: NatsConnection[] = [];
    while (open.length < ACCOUNT_LIMITS.connections) open.push(await as('acme'));
    await expect(as('acme')).rejects.toThrow(); // the server sends the reason and disconnects, in either order
    await (await as('demo')).close();
    await open.pop()?.close();
    const opensAgain = (): Promise<boolean> =>
      as('acme').then(
        (connection) => connection.close().then(() => true),
        () => false,
      );
    await waitFor(opensAgain, { what: 'there is room for another', timeoutMs: WAIT_MS });
    await Promise.all(open.map((connection) => connection.close()));
  });

  it('has a limited number of subscriptions per connection, and keeps the existing ones', async () => {
    const connection = await stage.keep(as('acme'));
    const errors = connection.status();
    for (let index = 0; index <= ACCOUNT_LIMITS.subscriptions; index++) connection.subscribe(createInbox());
    for await (const status of errors) {
      if (status.type !== 'error') continue;
      expect(String(status.error)).toMatch(/maximum subscriptions exceeded/i);
      break;
    }
    await connection.flush();
  });

  it('sends messages up to a limit of bytes', async () => {
    const connection = await as('acme');
    expect(connection.info?.max_payload).toBe(ACCOUNT_LIMITS.payload);
    connection.publish('admit.acme.order.place', new Uint8Array(ACCOUNT_LIMITS.payload));
    await connection.flush();
    await connection.close();
  });

  it('has no JetStream', async () => {
    const connection = await stage.keep(as('demo'));
    await expect(jetstreamManager(connection, { timeout: 1_000 })).rejects.toThrow();
  });
});

it('[L13] an operator gets the same limits for a server of another', () => {
  const lines = accountInstructions({ tenant: 'theirs' as TenantId, natsUser: 'UABC' });
  expect(lines).toContain('limits { max_connections: 128, max_subscriptions: 512, max_payload: 2097152, max_leafnodes: 0 }');
});
