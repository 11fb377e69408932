import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { send } from '#shared/platform/http/reply.js';
import { mediaOf } from './api.controller.js';
import { PaymentWebhook, WEBHOOK_PATH } from './payment-webhook.js';

/** Receives payment notifications from providers. No API key: the events are signed. */
@Controller()
export class WebhooksController {
  constructor(private readonly webhook: PaymentWebhook) {}

  @Post(WEBHOOK_PATH)
  async payments(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { headers, body } = request;
    const said = (name: string): string | undefined => (typeof headers[name] === 'string' ? headers[name] : undefined);
    const signed = {
      'webhook-id': said('webhook-id'),
      'webhook-timestamp': said('webhook-timestamp'),
      'webhook-signature': said('webhook-signature'),
      traceparent: said('traceparent'),
    };
    send(reply, await this.webhook.receive(signed, body instanceof Buffer ? body : Buffer.alloc(0), mediaOf(request)));
  }
}
