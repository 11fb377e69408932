import { Controller, Get, Inject, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeyedSlots } from '#shared/kernel/concurrency/keyed-slots.js';
import { type Admitted, AuthGuard } from '#shared/platform/http/auth-guard.js';
import type { EventCursors, EventPosition } from '#shared/platform/http/event-cursor.js';
import { send } from '#shared/platform/http/reply.js';
import { whenOver } from '#shared/platform/http/request-end.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { EVENTS_PATH } from '../../operations/addresses.js';
import { EventStreams } from '../../reads/event-streams.js';
import { type Answer, problemAnswer } from '../../requests/answer.js';
import { EVENT_STREAM_LIMITS } from './event-stream-limits.js';
import { EVENT_STREAM_HEADERS, EventWriter } from './event-writer.js';

type Start = { readonly place: EventPosition } | { readonly refused: Answer };

/** Sends a tenant's events as server-sent events: all events after a cursor, in log order, as they are appended. */
@Controller()
export class EventsController implements OnModuleDestroy {
  private readonly slots = new KeyedSlots(EVENT_STREAM_LIMITS.perTenant, EVENT_STREAM_LIMITS.inAll);
  private readonly open = new Set<AbortController>();

  constructor(
    private readonly streams: EventStreams,
    private readonly admission: AuthGuard,
    private readonly tenants: TenantDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Streams that occupy a slot. */
  get count(): number {
    return this.slots.count;
  }

  @Get(EVENTS_PATH)
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const admitted = this.admission.of(request);
    const cursors = this.streams.cursors(admitted.tenant.cursorKey);
    const release = this.slots.take(admitted.tenant.tenant); // before the first await, so that the limit holds
    if (release === undefined) {
      send(reply, problemAnswer('too-many-streams'));
      return;
    }
    const ended = new AbortController();
    this.open.add(ended);
    try {
      const start = await this.startOf(request, cursors);
      if ('refused' in start) send(reply, start.refused);
      else if (request.method === 'HEAD') reply.headers(EVENT_STREAM_HEADERS).send();
      else await this.run(start.place, cursors, admitted, { request, reply, ended });
    } finally {
      release();
      this.open.delete(ended);
    }
  }

  /** Ends all streams first: the server's shutdown waits for open responses. */
  onModuleDestroy(): void {
    this.admission.close();
    for (const ended of this.open) ended.abort();
  }

  private async startOf(request: FastifyRequest, cursors: EventCursors): Promise<Start> {
    const { after, from } = request.query as { readonly after?: unknown; readonly from?: unknown };
    const cursor = request.headers['last-event-id'] || after;
    try {
      if (cursor !== undefined && typeof cursor !== 'string') return { refused: problemAnswer('cursor-unknown') };
      const place = await this.streams.start(cursors, cursor, from);
      return place === undefined ? { refused: problemAnswer('cursor-unknown') } : { place };
    } catch (thrown) {
      this.logger.warn({ err: thrown }, 'a stream of events could not begin');
      return { refused: problemAnswer('log-unreachable') };
    }
  }

  private async run(
    place: EventPosition,
    cursors: EventCursors,
    { tenant: { tenant }, apiKey }: Admitted,
    { request, reply, ended }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly ended: AbortController },
  ): Promise<void> {
    reply.hijack();
    whenOver(request.raw.socket, reply.raw, () => ended.abort());
    if (reply.raw.destroyed) ended.abort(); // disconnected while the cursor was resolved
    const check = (): void => {
      if (this.tenants.ofKey(apiKey)?.status !== 'active') ended.abort();
    };
    const forget = this.tenants.onChange(check);
    const checking = setInterval(check, EVENT_STREAM_LIMITS.heartbeatMs); // a rotated key triggers no change event
    const writer = new EventWriter(reply.raw, EVENT_STREAM_LIMITS.heartbeatMs, EVENT_STREAM_LIMITS.slowReaderMs);
    try {
      writer.begin(cursors.seal(place));
      for await (const event of this.streams.after(place, tenant, cursors, ended.signal)) await writer.write(event);
      writer.end();
    } catch (thrown) {
      this.logger.info({ err: thrown, tenant }, 'a stream of events was dropped; its reader resumes where it was');
      writer.drop();
    } finally {
      clearInterval(checking);
      forget();
    }
  }
}
