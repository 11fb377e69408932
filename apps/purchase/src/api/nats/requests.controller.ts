import { Controller } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Call, CallAnswer } from '#shared/platform/messaging/micro-service.js';
import type { OperationName } from '../../operations/operations.js';
import { Reads } from '../../reads/reads.js';
import { type Answer, isProblem } from '../../requests/answer.js';
import { KEY_HEADERS, keyOf } from '../../requests/idempotency-key.js';
import { Intake } from '../../requests/intake.js';

/** What callers may ask over NATS: `admit.<tenant>.<pattern>`. */
@Controller()
export class RequestsController {
  constructor(
    private readonly intake: Intake,
    private readonly reads: Reads,
  ) {}

  @MessagePattern('sale.open')
  openSale(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('sale.open', body, call);
  }

  @MessagePattern('sale.close')
  closeSale(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('sale.close', body, call);
  }

  @MessagePattern('sale.get')
  async getSale(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return toCall(await this.reads.sale(call.tenant, body));
  }

  @MessagePattern('sale.refunds-due')
  async getRefundsDue(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return toCall(await this.reads.refundsDue(call.tenant, body));
  }

  @MessagePattern('order.place')
  placeOrder(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('order.place', body, call);
  }

  @MessagePattern('order.get')
  async getOrder(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return toCall(await this.reads.order(call.tenant, body));
  }

  @MessagePattern('order.cancel')
  cancelOrder(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('order.cancel', body, call);
  }

  @MessagePattern('order.refund')
  refundOrder(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('order.refund', body, call);
  }

  @MessagePattern('payment.confirm')
  confirmPayment(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('payment.confirm', body, call);
  }

  @MessagePattern('payment.fail')
  failPayment(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('payment.fail', body, call);
  }

  @MessagePattern('payment.refunded')
  refundedPayment(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('payment.refunded', body, call);
  }

  @MessagePattern('payment.disputed')
  disputedPayment(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('payment.disputed', body, call);
  }

  @MessagePattern('ticket.mint')
  mintTickets(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return this.mutate('ticket.mint', body, call);
  }

  @MessagePattern('ticket.get')
  async getTicket(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return toCall(await this.reads.ticket(call.tenant, body));
  }

  @MessagePattern('ticket.receipt')
  async getReceipt(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
    return toCall(await this.reads.receipt(call.tenant, body));
  }

  private async mutate(operation: OperationName, body: Uint8Array, call: Call): Promise<CallAnswer> {
    const said = keyOf(KEY_HEADERS.map((header) => call.header(header)));
    if ('problem' in said) return toCall(said.problem);
    const media = { contentType: call.header('Content-Type'), contentEncoding: call.header('Content-Encoding') };
    const traceparent = call.header('traceparent');
    return toCall(await this.intake.handle({ operation, tenant: call.tenant, ...said, traceparent, body, media }));
  }
}

/** An answer in the form of NATS: status and error in headers, as the services framework names them. */
export function toCall(answer: Answer): CallAnswer {
  return { body: answer.body, headers: headersOf(answer) };
}

function* headersOf(answer: Answer): Iterable<readonly [string, string]> {
  yield ['Admit-Status', `${answer.status}`];
  yield ['Content-Type', isProblem(answer) ? 'application/problem+json' : 'application/json'];
  if (answer.retryAfterSeconds !== undefined) yield ['Retry-After', `${answer.retryAfterSeconds}`];
  if (answer.replayed === true) {
    yield ['Idempotent-Replayed', 'true'];
    yield ['X-Idempotent-Replayed', 'true'];
  }
  if (!isProblem(answer)) return;
  const { title } = JSON.parse(answer.body) as { readonly title: string };
  yield ['Nats-Service-Error-Code', `${answer.status}`];
  yield ['Nats-Service-Error', title];
}
