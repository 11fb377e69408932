import { randomUUID } from 'node:crypto';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Answer } from './answer.js';

/** A reply under way. */
export interface Expected<T> {
  readonly subject: string;
  /** `undefined` when no reply arrives in time. */
  readonly answer: Promise<T | undefined>;
  readonly forget: () => void;
}

/**
 * One subscription for the replies to many messages, each under a subject of its own; by default for the decisions of the commands that
 * this process stored, from any deciding process. The client's `request` makes an error with a stack for every request that is answered.
 */
export class Replies<T = Answer> {
  private readonly waiting = new Map<string, { readonly resolve: (answer: T | undefined) => void; readonly timer: NodeJS.Timeout }>();
  private readonly inbox: string;
  private next = 0;

  /** @param purpose a token of the subjects */
  constructor(
    private readonly connection: NatsConnection,
    user: string,
    purpose = 'decided',
    read = (message: Msg) => message.json<T>(),
  ) {
    this.inbox = `_INBOX.${user}.${purpose}.${randomUUID()}`;
    connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.tell(message.subject, read(message));
      },
    });
  }

  get count(): number {
    return this.waiting.size;
  }

  expect(timeoutMs: number): Expected<T> {
    this.next += 1;
    const subject = `${this.inbox}.${this.next}`;
    const answer = new Promise<T | undefined>((resolve) => {
      this.waiting.set(subject, { resolve, timer: setTimeout(() => this.tell(subject, undefined), timeoutMs) });
    });
    return { subject, answer, forget: () => this.tell(subject, undefined) };
  }

  /** Sends an answer to the waiting process. There may be none: the log holds the response. */
  send(subject: string, answer: T): void {
    if (subject.startsWith(this.inbox)) this.tell(subject, answer);
    else this.connection.publish(subject, JSON.stringify(answer));
  }

  private tell(subject: string, answer: T | undefined): void {
    const waiter = this.waiting.get(subject);
    if (waiter === undefined) return;
    this.waiting.delete(subject);
    clearTimeout(waiter.timer);
    waiter.resolve(answer);
  }
}
