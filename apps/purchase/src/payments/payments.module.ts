import { Module } from '@nestjs/common';
import { PaymentWebhook } from '../api/http/payment-webhook.js';
import { LookupsModule } from '../lookups/lookups.module.js';
import { RequestsModule } from '../requests/requests.module.js';
import { PaymentReports } from './payment-reports.js';
import { StripeWebhook } from './stripe/stripe-webhook.js';

/** Payment providers: one adapter each, which turns signed events into reports. All reports take one path. */
@Module({
  imports: [RequestsModule, LookupsModule],
  providers: [PaymentReports, PaymentWebhook, StripeWebhook],
  exports: [PaymentWebhook, StripeWebhook],
})
export class PaymentsModule {}
