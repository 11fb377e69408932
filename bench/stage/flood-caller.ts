import { randomUUID } from 'node:crypto';
import { headers, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Answer } from './selling-stage.js';

const NO_ANSWER_MS = 60_000;
const SWEEP_MS = 1_000;
const NO_ANSWER = { status: 0, text: 'no answer' };

interface Pending {
  readonly since: number;
  readonly resolve: (answer: Pick<Answer, 'status' | 'text'>) => void;
}

/**
 * Asks over one inbox. The client's own request makes a timer and an error with a stack each time: on the processors of the servers, a flood
 * of those takes from them what it is to measure.
 */
export class FloodCaller {
  private readonly inbox = `_INBOX.demo.flood-${randomUUID()}`;
  private readonly pending = new Map<string, Pending>();
  private readonly answers: Subscription;
  private readonly sweeping = setInterval(() => this.sweep(), SWEEP_MS);
  private next = 0;

  constructor(private readonly demo: NatsConnection) {
    this.answers = demo.subscribe(`${this.inbox}.*`, { callback: (_error, message) => this.take(message) });
  }

  /** @returns status 0 where no answer came within a minute */
  ask(what: string, body: object, key: string): Promise<Pick<Answer, 'status' | 'text'>> {
    const head = headers();
    head.set('Idempotency-Key', key);
    this.next += 1;
    const reply = `${this.inbox}.${this.next}`;
    return new Promise((resolve) => {
      this.pending.set(reply, { since: performance.now(), resolve });
      this.demo.publish(`admit.demo.${what}`, JSON.stringify(body), { headers: head, reply });
    });
  }

  close(): void {
    clearInterval(this.sweeping);
    this.answers.unsubscribe();
  }

  private take(message: Msg): void {
    const asked = this.pending.get(message.subject);
    this.pending.delete(message.subject);
    const status = Number(message.headers?.get('Admit-Status') ?? 0);
    asked?.resolve({ status, text: status === 201 || status === 429 ? '' : message.string() });
  }

  private sweep(): void {
    const before = performance.now() - NO_ANSWER_MS;
    for (const [reply, { since, resolve }] of this.pending) {
      if (since > before) return; // the others were asked later
      this.pending.delete(reply);
      resolve(NO_ANSWER);
    }
  }
}
