import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Settings } from './stack/wiring.js';

export interface DemoAnswer {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
  readonly code: string | undefined;
  readonly pointers: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

const TIMEOUT_MS = 15_000;

/** A tenant's back end that has only a NATS client and stack.env. */
export class DemoCaller {
  private constructor(
    private readonly connection: NatsConnection,
    readonly tenant: string,
  ) {}

  static async connect(settings: Settings): Promise<DemoCaller> {
    const { NATS_URL: servers = '', ADMIT_TENANT: tenant = '', ADMIT_NATS_USER: user = '', ADMIT_NATS_PASSWORD: pass = '' } = settings;
    return new DemoCaller(await connect({ servers: servers.split(','), user, pass, inboxPrefix: `_INBOX.${user}` }), tenant);
  }

  async ask(what: string, request: object, key?: string): Promise<DemoAnswer> {
    const head = headers();
    if (key !== undefined) head.set('Idempotency-Key', key);
    const message = await this.connection.request(`admit.${this.tenant}.${what}`, JSON.stringify(request), {
      headers: head,
      timeout: TIMEOUT_MS,
    });
    const text = message.string();
    const body = JSON.parse(text) as DemoAnswer['body'] & { code?: string; errors?: readonly { pointer: string }[] };
    return {
      status: Number(message.headers?.get('Admit-Status')),
      replayed: message.headers?.get('Idempotent-Replayed') === 'true',
      pointers: body.errors?.map(({ pointer }) => pointer) ?? [],
      text,
      code: body.code,
      body,
    };
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
