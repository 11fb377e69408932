import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { DynamicModule, InjectionToken, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { EVENT_STORE, EventStoreModule } from '#shared/platform/messaging/event-store.module.js';
import { LOG_EPOCH, NATS, NatsModule } from '#shared/platform/messaging/nats.module.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { deciderSets } from '#shared/platform/topology/consumers.js';
import { Decider } from '../../apps/purchase/src/deciding/decider.js';
import { DeciderSets } from '../../apps/purchase/src/deciding/decider-sets.js';
import { MINT_REPOSITORY, SALE_REPOSITORY, SalesModule } from '../../apps/purchase/src/deciding/sales.module.js';
import { SellingModule } from '../../apps/purchase/src/deciding/selling.module.js';
import { PurchaseMetricsModule } from '../../apps/purchase/src/metrics.module.js';
import { HoldExpiryReactor } from '../../apps/purchase/src/reactors/hold-expiry-reactor.js';
import { ReactorsModule } from '../../apps/purchase/src/reactors/reactors.module.js';
import { Reads } from '../../apps/purchase/src/reads/reads.js';
import { ReadsModule } from '../../apps/purchase/src/reads/reads.module.js';
import { Inbox } from '../../apps/purchase/src/requests/inbox.js';
import { Intake } from '../../apps/purchase/src/requests/intake.js';
import { RequestsModule } from '../../apps/purchase/src/requests/requests.module.js';
import { settingsAt } from '../stages/crash-stage.js';
import { Log } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('modules');
const bare = Log.forTests('modules-bare', []);

const MODULES: readonly [Type, readonly InjectionToken[]][] = [
  [TenantsModule, [TenantDirectory]],
  [EventStoreModule, [EVENT_STORE, DeadLetters]],
  [SalesModule, [SALE_REPOSITORY, MINT_REPOSITORY]],
  [RequestsModule, [Inbox, Intake]],
  [ReadsModule, [Reads]],
  [SellingModule, [Decider]],
  [ReactorsModule, [HoldExpiryReactor]],
];

const settings = (): Environment => settingsAt(shop.log.server, shop.log.server.url);
const atop = (process: AppProcess, ...modules: (Type | DynamicModule)[]): Promise<TestingModule> =>
  Test.createTestingModule({
    imports: [ProcessModule.of(process), NatsModule.as('purchase'), PurchaseMetricsModule, ...modules],
  }).compile();

describe('a module of the purchase app', () => {
  it.each(MODULES)('%p can be made alone, atop the process and its connection, and ends with it', async (module, tokens) => {
    const process = new AppProcess(settings(), createLogger('test', 'silent'));
    const app = await atop(process, module);
    await app.init();
    for (const token of [...tokens, NATS, LOG_EPOCH]) expect(app.get(token, { strict: false })).toBeDefined();
    await app.close();
    expect(process.connections.map((connection) => connection.isClosed())).toEqual([true]);
  });

  it('creates nothing per request, and names the durable consumer of each handler', async () => {
    const modules = [...shop.app.get(ModulesContainer).values()];
    const providers = modules.flatMap((module) => [...module.providers.values(), ...module.controllers.values()]);
    expect(providers.filter((one) => !one.isDependencyTreeStatic()).map(({ name }) => name)).toEqual(['REQUEST']); // Nest's own, unused
    const jsm = await jetstreamManager(shop.log.admin);
    const durables: string[] = [];
    for (const stream of ['COMMANDS', 'EVENTS', 'TIMERS'])
      for await (const { name } of jsm.consumers.list(stream)) durables.push(`${stream} ${name}`);
    const named = providers.map(({ token }) => token).filter((token) => typeof token === 'string' && durables.includes(token));
    expect(providers.map(({ token }) => token)).toContain(DeciderSets); // pulls those of COMMANDS that are its share
    const others = ['EVENTS ledger', 'EVENTS replay', 'EVENTS webhook-events', ...deciderSets().map((name) => `COMMANDS ${name}`)];
    expect(named.sort()).toEqual(durables.filter((name) => !others.includes(name)).sort());
  });

  it('leaves no connection open if the app cannot start', async () => {
    const environment = readEnvironment({
      NATS_URL: bare.server.url,
      NATS_PASSWORD: bare.server.credentials('purchase').pass,
      NATS_EDGE_PASSWORD: bare.server.credentials('edge').pass,
    });
    await (await jetstreamManager(bare.admin)).streams.delete('TIMERS');
    const process = new AppProcess(environment, createLogger('test', 'silent'));
    await expect(process.starting(() => atop(process, SellingModule))).rejects.toMatchObject({ code: 'stream-differs' });
    expect(process.connections.map((connection: NatsConnection) => connection.isClosed())).toEqual([true]);
  });
});
