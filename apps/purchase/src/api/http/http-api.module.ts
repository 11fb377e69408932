import { type DynamicModule, Module } from '@nestjs/common';
import { OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import type { CallersOptions } from '#shared/platform/http/callers.module.js';
import { DOCUMENT, DOCUMENT_LINKS, DocsController } from '#shared/platform/http/docs/docs.controller.js';
import { VERSION } from '#shared/platform/process/version.js';
import { isMutation, isRefusable } from '../../operations/operation.js';
import { PaymentsModule } from '../../payments/payments.module.js';
import { STRIPE_PATH } from '../../payments/stripe/stripe-webhook.js';
import { ReadsModule } from '../../reads/reads.module.js';
import { MAX_BODY_BYTES } from '../../requests/request-body.js';
import { RequestsModule } from '../../requests/requests.module.js';
import { MAX_IN_FLIGHT_PER_TENANT, POLICY_PATH } from '../docs/idempotency-policy.js';
import { NATS_DOCS, NatsDocsController } from '../docs/nats-docs.controller.js';
import { openApiDocument } from '../docs/openapi.js';
import { PolicyController } from '../docs/policy.controller.js';
import { HttpRequests, httpController } from './api.controller.js';
import { EventsController } from './events.controller.js';
import { WEBHOOK_PATH } from './payment-webhook.js';
import { methodOf, routes } from './routes.js';
import { WebhooksController } from './webhooks.controller.js';

/** Paths that need no API key. Webhooks are signed instead. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([
  ...[...OPEN_ROUTES, NATS_DOCS.page, NATS_DOCS.json, POLICY_PATH, WEBHOOK_PATH, STRIPE_PATH],
]);

export const CALLERS: CallersOptions = {
  publicRoutes: PUBLIC_ROUTES,
  decisions: new Set(
    routes().flatMap((route) => (isMutation(route) && isRefusable(route) ? [`${methodOf(route)} ${route.http.path}`] : [])),
  ),
  maxBodyBytes: MAX_BODY_BYTES,
  largerBodies: new Map(
    routes().flatMap((route) =>
      isMutation(route) && route.maxBodyBytes !== undefined ? [[`${methodOf(route)} ${route.http.path}`, route.maxBodyBytes] as const] : [],
    ),
  ),
  maxInFlightPerTenant: MAX_IN_FLIGHT_PER_TENANT,
};

/** Serves operations, event streams, payment webhooks and their API documents over HTTP. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class HttpApiModule {
  static of(): DynamicModule {
    return {
      module: HttpApiModule,
      imports: [RequestsModule, ReadsModule, PaymentsModule],
      controllers: [
        ...routes().map(httpController),
        EventsController,
        DocsController,
        NatsDocsController,
        PolicyController,
        WebhooksController,
      ],
      providers: [
        HttpRequests,
        { provide: DOCUMENT_LINKS, useValue: [{ href: NATS_DOCS.page.slice(1), title: 'Over NATS' }] },
        { provide: DOCUMENT, useFactory: () => openApiDocument(VERSION) },
      ],
    };
  }
}
