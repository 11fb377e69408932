import type { ServerResponse } from 'node:http';
import type { StreamedEvent } from '../../reads/event-streams.js';

/** The client's pause before it reconnects. */
const RETRY_MS = 1_000;
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Accel-Buffering': 'no', // keeps buffering proxies from delaying events
};

/**
 * Writes server-sent events at the reader's pace: unread events stay in the log. At most one event and Node's buffer of a connection (16
 * KiB) wait here.
 */
export class EventWriter {
  private draining: Promise<void> | undefined;
  private readonly heart: NodeJS.Timeout;

  constructor(
    private readonly response: ServerResponse,
    heartbeatMs: number,
    private readonly slowReaderMs: number,
  ) {
    this.heart = setInterval(() => {
      if (this.draining === undefined && !response.writableEnded) response.write(': still here\n\n');
    }, heartbeatMs);
    response.once('close', () => clearInterval(this.heart));
  }

  /** An id without an event: a client disconnected before the first event resumes here. */
  begin(cursor: string): void {
    this.response.writeHead(200, EVENT_STREAM_HEADERS);
    this.response.write(`retry: ${RETRY_MS}\nid: ${cursor}\n\n`);
  }

  /** Resolves when the writer has room for another event. @throws when the reader is too slow or disconnected */
  async write({ cursor, type, data }: StreamedEvent): Promise<void> {
    if (this.response.destroyed) throw new Error('the reader left');
    if (this.response.write(`id: ${cursor}\nevent: ${type}\ndata: ${data}\n\n`)) return;
    this.draining = this.drained();
    await this.draining;
    this.draining = undefined;
  }

  end(): void {
    clearInterval(this.heart);
    this.response.end();
  }

  /** Destroys the connection without the final chunk, which would wait for the reader. */
  drop(): void {
    clearInterval(this.heart);
    this.response.destroy();
  }

  private drained(): Promise<void> {
    const { response } = this;
    return new Promise((resolve, reject) => {
      const settle = (thrown?: Error): void => {
        clearTimeout(timer);
        response.off('drain', settle).off('close', left);
        if (thrown === undefined) resolve();
        else reject(thrown);
      };
      const left = (): void => settle(new Error('the reader left'));
      const timer = setTimeout(() => settle(new Error(`the reader took nothing for ${this.slowReaderMs} ms`)), this.slowReaderMs);
      response.once('drain', settle).once('close', left);
    });
  }
}
