import { Module } from '@nestjs/common';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { PaymentWebhook } from '../api/http/payment-webhook.js';
import { LookupsModule } from '../lookups/lookups.module.js';
import { PurchaseMetrics } from '../metrics.js';
import { Intake } from '../requests/intake.js';
import { RequestsModule } from '../requests/requests.module.js';
import { PaymentReports } from './payment-reports.js';
import { StripeWebhook } from './stripe/stripe-webhook.js';

/** Payment providers: one adapter each, which turns signed events into reports. All reports take one path. */
@Module({
  imports: [RequestsModule, LookupsModule],
  providers: [
    {
      provide: PaymentReports,
      inject: [Intake, PurchaseMetrics, LOGGER],
      useFactory: (intake: Intake, metrics: PurchaseMetrics, logger: Logger) => new PaymentReports({ intake, metrics, logger }),
    },
    {
      provide: PaymentWebhook,
      inject: [PaymentReports, TenantDirectory],
      useFactory: (reports: PaymentReports, tenants: TenantDirectory) => new PaymentWebhook({ reports, tenants }),
    },
    {
      provide: StripeWebhook,
      inject: [PaymentReports, PaymentIndex, TenantDirectory, PurchaseMetrics, LOGGER],
      useFactory: (reports: PaymentReports, index: PaymentIndex, tenants: TenantDirectory, metrics: PurchaseMetrics, logger: Logger) =>
        new StripeWebhook({ reports, index, tenants, metrics, logger }),
    },
  ],
  exports: [PaymentWebhook, StripeWebhook],
})
export class PaymentsModule {}
