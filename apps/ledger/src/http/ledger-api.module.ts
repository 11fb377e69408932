import { Module } from '@nestjs/common';
import { OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import type { CallersOptions } from '#shared/platform/http/callers.module.js';
import { DOCUMENT, DOCUMENT_LINKS, DocsController } from '#shared/platform/http/docs/docs.controller.js';
import { VERSION } from '#shared/platform/process/version.js';
import { DatabaseModule } from '../database/database.module.js';
import { DOCUMENT_PATH, DocumentsController, IMAGE_PATH } from './documents.controller.js';
import { Documents } from './documents.js';
import { openApiDocument } from './openapi.js';
import { queryController } from './queries.controller.js';
import { Queries } from './queries.js';
import { ROUTES } from './routes.js';

/** Routes that need no API key. */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([...OPEN_ROUTES, DOCUMENT_PATH, IMAGE_PATH]);

export const CALLERS: CallersOptions = {
  publicRoutes: PUBLIC_ROUTES,
  maxBodyBytes: 1_024, // no operation here has a body
  maxInFlightPerTenant: 64, // requests beyond the tenant's concurrent queries wait
};

/** Serves queries of a tenant's ledger, the metadata documents of tickets, and the API documents. */
@Module({
  imports: [DatabaseModule],
  controllers: [...ROUTES.map(queryController), DocumentsController, DocsController],
  providers: [
    Queries,
    Documents,
    { provide: DOCUMENT_LINKS, useValue: [] },
    { provide: DOCUMENT, useFactory: () => openApiDocument(VERSION) },
  ],
})
export class LedgerApiModule {}
