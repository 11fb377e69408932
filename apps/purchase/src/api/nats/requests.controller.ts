import { Controller, Injectable, type Type } from '@nestjs/common';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import type { Call, CallAnswer } from '#shared/platform/messaging/micro-service.js';
import { isMutation, isSetting, type Operation } from '../../operations/operation.js';
import type { OperationName } from '../../operations/operations.js';
import { Reads } from '../../reads/reads.js';
import { type Answer, isProblem } from '../../requests/answer.js';
import { KEY_HEADERS, keyOf } from '../../requests/idempotency-key.js';
import { Intake } from '../../requests/intake.js';

/** Serves operations over NATS, on `admit.<tenant>.<operation>`. */
@Injectable()
export class NatsRequests {
  constructor(
    private readonly intake: Intake,
    private readonly reads: Reads,
  ) {}

  async serve(operation: Operation, body: Uint8Array, call: Call): Promise<CallAnswer> {
    return toCall(await this.answer(operation, body, call));
  }

  private answer(operation: Operation, body: Uint8Array, call: Call): Promise<Answer> {
    if (isMutation(operation)) return this.mutate(operation.name, body, call);
    return isSetting(operation) ? operation.apply(this.reads.webhooks, call.tenant, body) : operation.read(this.reads, call.tenant, body);
  }

  private async mutate(name: string, body: Uint8Array, call: Call): Promise<Answer> {
    const said = keyOf(KEY_HEADERS.map((header) => call.header(header)));
    if ('problem' in said) return said.problem;
    const media = { contentType: call.header('Content-Type'), contentEncoding: call.header('Content-Encoding') };
    const traceparent = call.header('traceparent');
    return this.intake.handle({ operation: name as OperationName, tenant: call.tenant, ...said, traceparent, body, media });
  }
}

/** Creates the controller of one operation's NATS endpoint. */
export function natsController(operation: Operation): Type {
  @Controller()
  class OperationController {
    constructor(private readonly requests: NatsRequests) {}

    @MessagePattern(operation.name)
    serve(@Payload() body: Uint8Array, @Ctx() call: Call): Promise<CallAnswer> {
      return this.requests.serve(operation, body, call);
    }
  }
  return OperationController;
}

/** An answer as a NATS reply: status and error in headers, named as in the NATS services framework. */
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
