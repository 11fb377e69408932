import { type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { PageCursors } from '#shared/platform/http/page-cursors.js';
import { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import { LOG_EPOCH, NATS } from '#shared/platform/messaging/nats.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { ENDPOINTS_BUCKET, FEEDS_BUCKET, SECRETS_BUCKET } from '#shared/platform/topology/streams.js';
import { PurchaseMetrics } from '../metrics.js';
import { WebhookSettings } from './webhook-settings.js';

const REQUEST_TIMEOUT_MS = 2_000;

async function settingsOn(
  connection: NatsConnection,
  epoch: string,
  tenants: TenantDirectory,
  { WEBHOOK_TARGETS: targets }: Environment,
  metrics: PurchaseMetrics,
  logger: Logger,
): Promise<WebhookSettings> {
  const js: JetStreamClient = jetstream(connection, { timeout: REQUEST_TIMEOUT_MS });
  const jsm = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false });
  return new WebhookSettings({
    endpoints: await JetStreamValues.on(connection, ENDPOINTS_BUCKET),
    endpointNames: await LookupNames.on(connection, ENDPOINTS_BUCKET),
    secrets: await JetStreamValues.on(connection, SECRETS_BUCKET),
    feeds: await JetStreamValues.on(connection, FEEDS_BUCKET),
    feedNames: await LookupNames.on(connection, FEEDS_BUCKET),
    publish: async (subject) => {
      await js.publish(subject, '');
    },
    endOfLog: async () => (await leaderInfo(jsm, EVENTS_STREAM)).state.last_seq,
    cursors: (tenant, endpoint) =>
      new PageCursors(tenants.active(tenant)?.cursorKey ?? '', epoch, ['webhook.deliveries', tenant, endpoint]),
    targets,
    metrics,
    logger,
  });
}

/** The webhook endpoints of tenants. The webhooks app sends to them. */
@Module({
  imports: [TenantsModule],
  providers: [
    { provide: WebhookSettings, inject: [NATS, LOG_EPOCH, TenantDirectory, ENVIRONMENT, PurchaseMetrics, LOGGER], useFactory: settingsOn },
  ],
  exports: [WebhookSettings],
})
export class WebhookSettingsModule {}
