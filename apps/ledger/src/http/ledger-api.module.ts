import { Module } from '@nestjs/common';
import { OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import type { CallersOptions } from '#shared/platform/http/callers.module.js';
import { DOCUMENT, DOCUMENT_LINKS, DocsController } from '#shared/platform/http/docs/docs.controller.js';
import { LOG_EPOCH } from '#shared/platform/messaging/nats.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { VERSION } from '#shared/platform/process/version.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { DatabaseModule } from '../database/database.module.js';
import { LedgerReader } from '../queries/reader.js';
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
    {
      provide: Queries,
      inject: [LedgerReader, LOG_EPOCH, LOGGER],
      useFactory: (reader: LedgerReader, epoch: string, logger: Logger) => new Queries(reader, epoch, logger),
    },
    {
      provide: Documents,
      inject: [LedgerReader, TenantDirectory, LOGGER],
      useFactory: (reader: LedgerReader, tenants: TenantDirectory, logger: Logger) => new Documents(reader, tenants, logger),
    },
    { provide: DOCUMENT_LINKS, useValue: [] },
    { provide: DOCUMENT, useFactory: () => openApiDocument(VERSION) },
  ],
})
export class LedgerApiModule {}
