import type { NatsConnection } from '@nats-io/transport-node';
import type { Answer } from './answer.js';
import { type Expected, ReplyInbox } from './reply-inbox.js';

/** Receives the decisions of the commands that this process stored, from any deciding process, and resolves the waiting requests. */
export class Replies {
  private readonly inbox: ReplyInbox<Answer>;

  constructor(
    private readonly connection: NatsConnection,
    user: string,
  ) {
    this.inbox = new ReplyInbox(connection, user, 'decided', (message) => message.json<Answer>());
  }

  get count(): number {
    return this.inbox.count;
  }

  /** A reply subject, and the decision. */
  expect(timeoutMs: number): Expected<Answer> {
    return this.inbox.expect(timeoutMs);
  }

  /** Sends a decision to the waiting process. There may be none: the log holds the response. */
  send(subject: string, answer: Answer): void {
    if (this.inbox.isHere(subject)) this.inbox.tell(subject, answer);
    else this.connection.publish(subject, JSON.stringify(answer));
  }
}
