import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectForCommand, connectNats } from '#shared/platform/messaging/nats.js';
import type { NatsAccess } from '#shared/platform/messaging/nats-login.js';
import { createLogger, type Logger } from '#shared/platform/process/logger.js';
import { reloadServer } from '../../dev/nats/reload.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import { Stage } from '../stages/stage.js';

/** A server reloads its accounts twice. */
const WAIT_MS = 180_000;
/** A server that is not there is waited for twice as long. */
const AT_ONCE_MS = 10_000;
const COULD_NOT = 2;
const WRONG = 'not-the-password';

/** A server without streams: the test is about logins only. */
class Door extends Stage {
  nats!: NatsServer;
  private readonly dataDir = this.folder('logins');

  override async open(): Promise<void> {
    this.nats = await this.keep(startNats({ dataDir: this.dataDir }));
  }

  accessOf(user: string, password = this.nats.credentials(user).pass): NatsAccess {
    return { servers: [this.nats.url], user, password };
  }

  /** As an operator who rotates a password does it. */
  async reloadWith(user: string, password: string): Promise<void> {
    const file = join(this.dataDir, 'nats.conf');
    writeFileSync(file, readFileSync(file, 'utf8').replace(this.nats.credentials(user).pass, password));
    await reloadServer(this.nats);
  }
}

const door = Door.forTests();

describe('a command whose login is refused', () => {
  it('is reported at once, without the wait for an unreachable server', async () => {
    const startedAt = performance.now();
    const fault = { code: 'configuration', context: { problems: ['NATS_USER, NATS_PASSWORD: operator is refused with this password'] } };
    await expect(connectForCommand(door.accessOf('operator', WRONG), 'test')).rejects.toMatchObject(fault);
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
  });

  it.each([
    ['tenant ls', 'operator'],
    ['provision', 'provision'],
    ['refunds demo gala', 'operator'],
    ['log verify', 'operator'],
    ['reconcile --no-ledger', 'operator'],
  ])('names the user, and the variables to check: %s', async (words, user) => {
    const { code, error } = await admit({ NATS_URL: door.nats.url }, ...words.split(' '));
    expect([code, error]).toEqual([COULD_NOT, expect.stringContaining(`NATS_USER, NATS_PASSWORD: ${user} is refused without a password`)]);
  });

  it('names those of the replay if the replay is refused', async () => {
    const settings = { ...operatorOf(door.nats), NATS_REPLAY_PASSWORD: WRONG };
    const { code, error } = await admit(settings, 'replay');
    expect([code, error]).toEqual([
      COULD_NOT,
      expect.stringContaining('NATS_REPLAY_USER, NATS_REPLAY_PASSWORD: replay is refused with this password'),
    ]);
  });
});

it('a valid login succeeds while the server reloads its accounts, as it does for every new tenant', async () => {
  let done = false;
  const comingIn = Array.from({ length: 8 }, async () => {
    while (!done) await (await connectForCommand(door.accessOf('operator'), 'test')).close();
  });
  const reloading = async (): Promise<void> => {
    for (const disabled of [['acme'], [], ['acme'], []]) await door.nats.setTenantUsers({ natsUsers: {}, disabled });
    done = true;
  };
  await Promise.all([...comingIn, reloading()]);
});

it('a command waits for a server that is not there yet', async () => {
  const port = await freePort();
  const login = { user: 'operator', password: 'of-both' };
  const connecting = door.keep(connectForCommand({ servers: [`nats://127.0.0.1:${port}`], ...login }, 'test'));
  const passwords = new Proxy({}, { get: () => login.password });
  await door.keep(startNats({ dataDir: door.folder('later'), port, passwords }));
  await connecting;
});

it(
  'an app reports at once that its login is refused, and connects when the accounts are reloaded with it',
  async () => {
    const said: object[] = [];
    const logger = Object.assign(Object.create(createLogger('test', 'silent')) as Logger, {
      error: (...line: object[]) => said.push(line),
    });
    const connecting = door.keep(connectNats({ ...door.accessOf('edge', 'the-next-one'), variables: 'NATS_EDGE' }, 'test', logger));
    await waitFor(() => said.length > 0, { what: 'it is said', timeoutMs: AT_ONCE_MS });
    await door.reloadWith('edge', 'the-next-one');
    await connecting;
    const problems = ['NATS_EDGE_USER, NATS_EDGE_PASSWORD: edge is refused with this password'];
    expect(said).toEqual([
      [
        { err: expect.objectContaining({ code: 'configuration', context: expect.objectContaining({ problems }) }) },
        expect.stringContaining('edge'),
      ],
    ]);
  },
  WAIT_MS,
);
