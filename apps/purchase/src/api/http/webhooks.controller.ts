import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { send } from '#shared/platform/http/reply.js';
import { STRIPE_PATH, StripeWebhook } from '../../payments/stripe/stripe-webhook.js';
import { mediaOf } from './api.controller.js';
import { PaymentWebhook, WEBHOOK_PATH } from './payment-webhook.js';

/** Receives payment notifications from providers. No API key: the events are signed. */
@Controller()
export class WebhooksController {
  constructor(
    private readonly webhook: PaymentWebhook,
    private readonly stripe: StripeWebhook,
  ) {}

  @Post(WEBHOOK_PATH)
  async payments(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const signed = {
      'webhook-id': headerOf(request, 'webhook-id'),
      'webhook-timestamp': headerOf(request, 'webhook-timestamp'),
      'webhook-signature': headerOf(request, 'webhook-signature'),
      traceparent: headerOf(request, 'traceparent'),
    };
    send(reply, await this.webhook.receive(signed, bytesOf(request), mediaOf(request)));
  }

  @Post(STRIPE_PATH)
  async stripeEvents(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { tenant } = request.params as { readonly tenant: string };
    const signed = { 'stripe-signature': headerOf(request, 'stripe-signature'), traceparent: headerOf(request, 'traceparent') };
    send(reply, await this.stripe.receive(tenant, signed, bytesOf(request), mediaOf(request)));
  }
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

const bytesOf = ({ body }: FastifyRequest): Buffer => (body instanceof Buffer ? body : Buffer.alloc(0));
