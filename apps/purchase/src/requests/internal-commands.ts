import { Inject, Injectable } from '@nestjs/common';
import type { Asked } from './command.js';
import { Inbox } from './inbox.js';
import { DECISION_TIMEOUT_MS } from './intake.js';
import { Replies } from './replies.js';

/** Sends commands of reactors to the decider. */
@Injectable()
export class InternalCommands {
  constructor(
    @Inject(Inbox) private readonly inbox: Pick<Inbox, 'enqueue'>,
    @Inject(Replies) private readonly replies: Pick<Replies, 'expect'>,
  ) {}

  /**
   * Resolves with true if the decider answered: the decision is in the log, or was there before, or the command changes nothing at the
   * log's head, or it is a dead letter. Only then may its cause be acknowledged. A stored command may still be lost, and a duplicate of it
   * proves nothing.
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
