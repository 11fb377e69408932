import type { Asked } from './command.js';
import type { Inbox } from './inbox.js';
import { DECISION_TIMEOUT_MS } from './intake.js';
import type { Replies } from './replies.js';

/** Has the commands of reactors decided. */
export class InternalCommands {
  constructor(
    private readonly inbox: Pick<Inbox, 'enqueue'>,
    private readonly replies: Pick<Replies, 'expect'>,
  ) {}

  /**
   * Whether the decider has answered: the decision is in the log, or was there before, or the command changes nothing at the log's head, or it
   * is a dead letter. Only then may its cause be acknowledged. A command that is stored may still be lost, and a copy of it proves nothing.
   */
  async isDecided(asked: Asked): Promise<boolean> {
    const reply = this.replies.expect(DECISION_TIMEOUT_MS);
    try {
      const stored = await this.inbox.enqueue({ ...asked, reply: reply.subject });
      return stored === 'stored' && (await reply.answer) !== undefined;
    } finally {
      reply.forget();
    }
  }
}
