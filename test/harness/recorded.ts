import type { Recorded } from '#shared/domain/recorded.js';
import { assertFollows, decodeWhole, headOf, inOrder, NO_HEAD } from '#shared/event-store/commit.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Log } from '../stages/selling.js';

/** Several elections may follow each other on a busy machine; until one is over no server answers. */
const READ_MS = 120_000;

/** Everything that the log holds of a subject, in its order, each commit proven to follow the one before it. Waits for a leader. */
export async function recordedIn({ admin }: Pick<Log, 'admin'>, subject: string): Promise<Recorded[]> {
  let recorded: Recorded[] = [];
  const isRead = async (): Promise<boolean> => {
    recorded = [];
    let head = NO_HEAD;
    for await (const { seq, data } of (await StoredMessages.on(admin)).ofSubject(EVENTS_STREAM, subject, Number.POSITIVE_INFINITY)) {
      const commit = decodeWhole(subject, seq, data);
      assertFollows(head, commit);
      head = headOf(commit);
      recorded.push(...inOrder(commit));
    }
    return true;
  };
  await waitFor(isRead, { what: `the log of ${subject} is read`, timeoutMs: READ_MS });
  return recorded;
}
