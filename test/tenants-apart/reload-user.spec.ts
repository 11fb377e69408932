import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { accountsConfig, inboxOf, RELOAD_USER, usersOf } from '#shared/platform/topology/accounts.js';
import { reloadOverNats } from '../../dev/nats/reload.js';
import { freePort } from '../../dev/processes/ports.js';
import { startNatsWith } from '../harness/plain-nats.js';
import { Stage } from '../stages/stage.js';

const ASK_MS = 2_000;

/** A server whose configuration is a file that another process writes, as that of a container. */
class ReloadStage extends Stage {
  readonly passwords = Object.fromEntries([...usersOf(['demo', 'late']), RELOAD_USER].map((user) => [user, `of-${user}`]));
  private folderPath = '';
  private port = 0;
  private monitorPort = 0;

  override async open(): Promise<void> {
    this.folderPath = this.folder('reload');
    [this.port, this.monitorPort] = [await freePort(), await freePort()];
    this.configure(['demo']);
    await this.keep(startNatsWith(this.config, this.port, this.folderPath));
  }

  get config(): string {
    return join(this.folderPath, 'nats.conf');
  }

  configure(tenants: readonly string[]): void {
    const { port, monitorPort, passwords } = this;
    const plan = { tenants, passwords, port, monitorPort, storeDir: join(this.folderPath, 'js'), pidFile: join(this.folderPath, 'pid') };
    writeFileSync(this.config, accountsConfig(plan), { mode: 0o600 });
  }

  as(user: string): Promise<NatsConnection> {
    const servers = `nats://127.0.0.1:${this.port}`;
    return this.keep(connect({ servers, user, pass: this.passwords[user] ?? '', inboxPrefix: inboxOf(user), reconnect: false }));
  }
}

const stage = ReloadStage.forTests();

it('makes the server read its accounts again: a tenant that was added can sign in, and one that was removed cannot', async () => {
  const reload = await stage.as(RELOAD_USER);
  await expect(stage.as('late')).rejects.toThrow(/authorization/i);
  stage.configure(['late']);
  await reloadOverNats(reload);
  await expect(stage.as('late')).resolves.toBeDefined();
  await expect(stage.as('demo')).rejects.toThrow(/authorization/i);
});

it('reports why the server refuses a configuration, and the server keeps the previous one', async () => {
  const reload = await stage.as(RELOAD_USER);
  writeFileSync(stage.config, 'accounts { not a configuration');
  await expect(reloadOverNats(reload)).rejects.toThrow(/^NATS did not reload its configuration: .+/);
  await expect(stage.as('operator')).resolves.toBeDefined();
});

it.each([
  '$SYS.REQ.SERVER.PING',
  '$SYS.REQ.ACCOUNT.APP.CONNZ',
  '$JS.API.INFO',
  'admit.demo.order.place',
])('can request nothing else, such as %s', async (subject) => {
  const reload = await stage.as(RELOAD_USER);
  await expect(reload.request(subject, '', { timeout: ASK_MS })).rejects.toThrow(/permission/i);
});
