import type { Provider, Type } from '@nestjs/common';
import { AuthGuard, OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import { DOCUMENT, DocsController } from '#shared/platform/http/docs/docs.controller.js';
import type { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { HealthListening } from '#shared/platform/process/health-listener.js';
import { DOCUMENT_PATH, DocumentsController } from './documents.controller.js';
import { Documents } from './documents.js';
import { openApiDocument } from './openapi.js';
import { QueriesController } from './queries.controller.js';
import { Queries } from './queries.js';

/** The facts that the HTTP module needs at start. */
export interface HttpFacts {
  readonly version: string;
  readonly admission: AuthGuard;
  readonly listening: HealthListening;
  readonly queries: Queries;
  readonly page: MetricsPage;
  readonly documents: Documents;
}

/** No operation here has a body. */
export const MAX_BODY_BYTES = 1_024;
/** Concurrent requests of one tenant in this process; those beyond its database turns wait. */
export const MAX_IN_FLIGHT_PER_TENANT = 64;

/** Routes that need no API key. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([...OPEN_ROUTES, DOCUMENT_PATH]);

export const httpControllers: readonly Type[] = [QueriesController, DocumentsController, DocsController];

export const httpProviders = ({ version, admission, queries, documents }: HttpFacts): Provider[] => [
  { provide: AuthGuard, useValue: admission },
  { provide: Queries, useValue: queries },
  { provide: Documents, useValue: documents },
  { provide: DOCUMENT, useValue: openApiDocument(version) },
];
