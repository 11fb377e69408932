import { type Service, type ServiceMsg, Svcm } from '@nats-io/services';
import { headers, Match, type NatsConnection } from '@nats-io/transport-node';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { firstValueFrom, isObservable } from 'rxjs';
import type { Admission } from '../tenants/tenant-limits.js';
import { type NestPacket, readNestPacket, writeNestPacket } from './nest-packet.js';

/** A call for a handler. The tenant comes from the subject: NATS permits it only to that tenant's account. */
export interface Call {
  readonly tenant: string;
  header(name: string): string | undefined;
}

/** Marks an error response, as in the services framework. */
const ERROR_HEADER = 'Nats-Service-Error-Code';

type Handler = (data: unknown, context: Call) => Promise<unknown>;

/** A handler's response: the bytes and their headers. */
export interface CallAnswer {
  readonly body: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

export interface MicroServiceOptions {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Answers callers; it may publish to no stream subject. */
  readonly connection: NatsConnection;
  /** Admits a request of a tenant before it is read, or rejects it. */
  readonly admit: (tenant: string, pattern: string) => Admission | CallAnswer;
  readonly onThrown: (pattern: string, thrown: unknown) => CallAnswer;
}

/**
 * Nest handlers as endpoints of the NATS services framework: `@MessagePattern('order.place')` listens on
 * `admit.*.order.place`, serves raw requests of any client and the packets of Nest's `ClientProxy`, and is found by `nats micro ls|info|stats`.
 */
export class MicroServiceStrategy extends Server implements CustomTransportStrategy {
  private service: Service | undefined;
  private readonly serving = new Set<Promise<void>>();

  constructor(private readonly options: MicroServiceOptions) {
    super();
  }

  listen(done: (error?: unknown) => void): void {
    this.start().then(() => done(), done);
  }

  /** Rejects new requests; resolves when every accepted request has its response. */
  async close(): Promise<void> {
    await this.service?.stop();
    await Promise.all(this.serving);
  }

  override on(): never {
    throw new Error('the NATS services framework emits no events');
  }

  override unwrap<T>(): T {
    return this.service as T;
  }

  private async start(): Promise<void> {
    const { connection, name, version, description } = this.options;
    const service = await new Svcm(connection).add({ name, version, description });
    for (const [pattern, handler] of this.getHandlers()) {
      service.addEndpoint(pattern.replaceAll('.', '-'), {
        subject: `admit.*.${pattern}`,
        handler: (error, message) => {
          if (error === null) this.take(pattern, handler, message);
        },
      });
    }
    await connection.flush(); // from here on the server knows the subscriptions
    this.service = service;
  }

  /** Admits a request on arrival, and handles it in the turn of its tenant. */
  private take(pattern: string, handler: Handler, message: ServiceMsg): void {
    const admitted = this.options.admit(tenantOf(message), pattern);
    if ('begin' in admitted) this.track(this.serve(pattern, handler, message, admitted));
    else respond(message, readNestPacket(message.subject, message.data), admitted);
  }

  private track(call: Promise<void>): void {
    const tracked = call.finally(() => this.serving.delete(tracked));
    this.serving.add(tracked);
  }

  private async serve(pattern: string, handler: Handler, message: ServiceMsg, admission: Admission): Promise<void> {
    try {
      await admission.begin();
      const packet = readNestPacket(message.subject, message.data);
      respond(message, packet, await this.answer(pattern, () => handler(packet?.body ?? message.data, callOf(message))));
    } finally {
      admission.end();
    }
  }

  private async answer(pattern: string, handle: () => Promise<unknown>): Promise<CallAnswer> {
    try {
      const result = await handle();
      return (isObservable(result) ? await firstValueFrom(result) : result) as CallAnswer;
    } catch (thrown) {
      return this.options.onThrown(pattern, thrown);
    }
  }
}

function respond(message: ServiceMsg, packet: NestPacket | undefined, answer: CallAnswer): void {
  const head = headers();
  for (const [name, value] of answer.headers) head.set(name, value);
  const body = packet === undefined ? answer.body : writeNestPacket(packet.id, answer.body, head.has(ERROR_HEADER));
  message.respond(body, { headers: head });
}

const tenantOf = ({ subject }: ServiceMsg): string => subject.split('.', 2)[1] ?? '';

function callOf(message: ServiceMsg): Call {
  return {
    tenant: tenantOf(message),
    header: (name) => {
      const value = message.headers?.get(name, Match.IgnoreCase);
      return value === '' ? undefined : value;
    },
  };
}
