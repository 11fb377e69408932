import type { Provider, Type } from '@nestjs/common';
import { AuthGuard, OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import { DOCUMENT, DocsController } from '#shared/platform/http/docs/docs.controller.js';
import type { HealthListening } from '#shared/platform/process/health-listener.js';
import type { PurchaseParts } from '../../parts.js';
import { Intake } from '../../requests/intake.js';
import { POLICY_PATH } from '../docs/idempotency-policy.js';
import { openApiDocument } from '../docs/openapi.js';
import { PolicyController, RATE, type Rate } from '../docs/policy.controller.js';
import { HttpRequests, httpController } from './api.controller.js';
import { EVENT_STREAM_LIMITS } from './event-stream-limits.js';
import { EventStreams } from './event-streams.js';
import { EVENT_STREAM, type EventStreamParts, EventsController } from './events.controller.js';
import { PaymentWebhook, WEBHOOK_PATH } from './payment-webhook.js';
import { routes } from './routes.js';
import { WebhooksController } from './webhooks.controller.js';

/** What HTTP is told when the app starts. */
export interface HttpFacts {
  readonly version: string;
  readonly rate: Rate;
  readonly admission: AuthGuard;
  readonly listening: HealthListening;
}

/** What may be asked without an API key; webhooks are signed instead. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([...OPEN_ROUTES, POLICY_PATH, WEBHOOK_PATH]);

export const httpControllers = (): Type[] => [
  ...routes().map(httpController),
  EventsController,
  DocsController,
  PolicyController,
  WebhooksController,
];

export function httpProviders({ connection, epoch, tenants, logger, metrics }: PurchaseParts, facts: HttpFacts): Provider[] {
  const eventStream: EventStreamParts = { tenants, limits: EVENT_STREAM_LIMITS, logger };
  return [
    HttpRequests,
    { provide: AuthGuard, useValue: facts.admission },
    { provide: EventStreams, useValue: new EventStreams(connection, epoch) },
    { provide: EVENT_STREAM, useValue: eventStream },
    { provide: DOCUMENT, useValue: openApiDocument(facts.version) },
    { provide: RATE, useValue: facts.rate },
    { provide: PaymentWebhook, inject: [Intake], useFactory: (intake: Intake) => new PaymentWebhook({ intake, tenants, metrics, logger }) },
  ];
}
