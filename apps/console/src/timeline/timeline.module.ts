import type { NatsConnection } from '@nats-io/transport-node';
import { Controller, Get, Inject, Module, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ORDER_PATTERN } from '#shared/kernel/ids.js';
import type { Answer } from '#shared/platform/http/answer.js';
import { type Admitted, AuthGuard } from '#shared/platform/http/auth-guard.js';
import { EventCursors } from '#shared/platform/http/event-cursor.js';
import { send } from '#shared/platform/http/reply.js';
import { LOG_EPOCH, NATS } from '#shared/platform/messaging/nats.module.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { API } from '../http/proxy.js';
import { found, problemAnswer } from '../problems.js';
import { type Posting, timelineOf } from './timeline.js';

/** Postings of one order that are read: an order of 50 tickets has some hundred. */
const MAX_POSTINGS = 1_000;
const ASK_MS = 10_000;

/** Reads the postings with the caller's own API key, and the log of that key's tenant. */
@Controller()
class TimelineController {
  private messages: Promise<StoredMessages> | undefined;

  constructor(
    private readonly admission: AuthGuard,
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(LOG_EPOCH) private readonly epoch: string,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  @Get(`${API}/timeline/:order`)
  async serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { order = '' } = request.params as { readonly order?: string };
    const answer = ORDER_PATTERN.test(order) ? await this.answer(this.admission.of(request), order) : problemAnswer('order-unknown');
    send(reply, answer);
  }

  private async answer({ tenant, apiKey }: Admitted, order: string): Promise<Answer> {
    const postings = await this.postingsOf(order, apiKey);
    if ('status' in postings) return postings;
    const sale = postings[0]?.sale;
    if (sale === undefined) return problemAnswer('order-unknown');
    this.messages ??= StoredMessages.on(this.connection);
    const cursors = new EventCursors(tenant.cursorKey, this.epoch);
    return found(await timelineOf(await this.messages, { tenant: tenant.tenant, order, sale, postings, cursors }));
  }

  private async postingsOf(order: string, apiKey: string): Promise<readonly Posting[] | Answer> {
    const url = new URL(`/v1/ledger?order=${order}&limit=${MAX_POSTINGS}`, this.environment.CONSOLE_LEDGER_URL);
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${apiKey}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ASK_MS),
    }).catch(() => undefined);
    if (response === undefined) return problemAnswer('upstream-unreachable', 'The ledger did not respond.');
    if (!response.ok) return { status: response.status, body: await response.text() };
    return ((await response.json()) as { readonly entries: readonly Posting[] }).entries;
  }
}

@Module({ controllers: [TimelineController] })
export class TimelineModule {}
