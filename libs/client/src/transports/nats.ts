import {
  ClosedConnectionError,
  DrainingConnectionError,
  headers,
  type NatsConnection,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import type { NoResponse, OutgoingRequest, Response, Transport } from '../transport.js';

/** Requests as `admit.<tenant>.<operation>`, with key and status in headers. */
export class NatsTransport implements Transport {
  constructor(
    private readonly connection: NatsConnection,
    private readonly tenant: string,
  ) {}

  async request({ operation, body, key, traceparent }: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse> {
    const head = headers();
    if (key !== undefined) head.set('Idempotency-Key', key);
    if (traceparent !== undefined) head.set('traceparent', traceparent);
    try {
      const subject = `admit.${this.tenant}.${operation}`;
      const message = await this.connection.request(subject, JSON.stringify(body), { headers: head, timeout: timeoutMs });
      const said = (name: string): string | undefined => message.headers?.get(name) || undefined;
      const status = said('Admit-Status');
      if (status === undefined) return { lost: 'something else answered on the subject' };
      return {
        status: Number(status),
        body: message.string(),
        replayed: said('Idempotent-Replayed') === 'true',
        retryAfterMs: secondsToMs(said('Retry-After')),
      };
    } catch (thrown) {
      return lostOf(thrown);
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

const secondsToMs = (seconds: string | undefined): number | undefined => (seconds === undefined ? undefined : Number(seconds) * 1_000);

/** @throws errors that a retry cannot resolve: a subject this user may not use, a key no header can carry */
function lostOf(thrown: unknown): NoResponse {
  const cause = thrown instanceof RequestError && thrown.cause !== undefined ? thrown.cause : thrown;
  if (cause instanceof TimeoutError) return { lost: 'no answer in time' };
  if (cause instanceof NoRespondersError) return { lost: 'the service is not there' };
  if (cause instanceof ClosedConnectionError || cause instanceof DrainingConnectionError)
    return { lost: 'the connection was closed', final: true };
  if (cause instanceof PermissionViolationError)
    throw new Error(`NATS does not permit this user's request: ${cause.message}`, { cause: thrown });
  throw thrown;
}
