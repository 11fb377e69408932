import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Answer } from './answer.js';

/** Receives the decisions of the commands that this process stored, from any deciding process, and resolves the waiting requests. */
export class Replies {
  private readonly waiting = new Map<string, { readonly resolve: (answer: Answer | undefined) => void; readonly timer: NodeJS.Timeout }>();
  private readonly inbox: string;
  private next = 0;

  constructor(
    private readonly connection: NatsConnection,
    user: string,
  ) {
    this.inbox = `_INBOX.${user}.decided.${randomUUID()}`;
    connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.tell(message.subject, message.json<Answer>());
      },
    });
  }

  get count(): number {
    return this.waiting.size;
  }

  /** A reply subject, and the reply; `undefined` when none arrives in time. */
  expect(timeoutMs: number): { readonly subject: string; readonly answer: Promise<Answer | undefined>; readonly forget: () => void } {
    this.next += 1;
    const subject = `${this.inbox}.${this.next}`;
    const answer = new Promise<Answer | undefined>((resolve) => {
      this.waiting.set(subject, { resolve, timer: setTimeout(() => this.tell(subject, undefined), timeoutMs) });
    });
    return { subject, answer, forget: () => this.tell(subject, undefined) };
  }

  /** Sends a decision to the waiting process. There may be none: the log holds the response. */
  send(subject: string, answer: Answer): void {
    if (subject.startsWith(this.inbox)) this.tell(subject, answer);
    else this.connection.publish(subject, JSON.stringify(answer));
  }

  private tell(subject: string, answer: Answer | undefined): void {
    const waiter = this.waiting.get(subject);
    if (waiter === undefined) return;
    this.waiting.delete(subject);
    clearTimeout(waiter.timer);
    waiter.resolve(answer);
  }
}
