import type { Provider, Type } from '@nestjs/common';
import { Intake } from '../intake.js';
import type { PurchaseParts } from '../parts.js';
import { Admission } from './admission.js';
import { ApiController } from './api.controller.js';
import { DOCS, DocsController, type DocsFacts } from './docs.controller.js';
import { EVENT_STREAM_LIMITS } from './event-stream-limits.js';
import { EventStreams } from './event-streams.js';
import { EVENT_STREAM, type EventStreamParts, EventsController } from './events.controller.js';
import { PaymentWebhook } from './payment-webhook.js';
import { WebhooksController } from './webhooks.controller.js';

/** What HTTP is told when the app starts. */
export interface HttpFacts extends DocsFacts {
  readonly admission: Admission;
}

export const httpControllers: readonly Type[] = [ApiController, EventsController, DocsController, WebhooksController];

export function httpProviders({ connection, epoch, tenants, logger }: PurchaseParts, facts: HttpFacts): Provider[] {
  const eventStream: EventStreamParts = { tenants, limits: EVENT_STREAM_LIMITS, logger };
  return [
    { provide: Admission, useValue: facts.admission },
    { provide: EventStreams, useValue: new EventStreams(connection, epoch) },
    { provide: EVENT_STREAM, useValue: eventStream },
    { provide: DOCS, useValue: facts },
    { provide: PaymentWebhook, inject: [Intake], useFactory: (intake: Intake) => new PaymentWebhook({ intake, tenants, logger }) },
  ];
}
