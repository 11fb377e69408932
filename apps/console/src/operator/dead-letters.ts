import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import type { Answer } from '#shared/platform/http/answer.js';
import { type DeadLetterEntry, DeadLetterQueue } from '#shared/platform/operator/dead-letter-queue.js';
import { Redrive } from '#shared/platform/operator/redrive.js';
import { found, problemAnswer } from '../problems.js';
import type { Action } from './action.js';

/** Characters of the reason why an entry is dropped: a sentence or two, which stay on DEAD. */
const MAX_REASON = 500;
const Drop = z.strictObject({ reason: z.string().trim().min(1).max(MAX_REASON) });
const ENTRY = /^[1-9]\d{0,15}$/;

/** Subjects have the tenant as their second token; commands have the bucket before it. */
const tenantOf = ({ subject }: DeadLetterEntry): string => subject.split('.')[subject.startsWith('cmd.') ? 2 : 1] ?? '?';

const shown = (entry: DeadLetterEntry) => ({
  ...entry,
  tenant: tenantOf(entry),
  original: Buffer.from(entry.original, 'base64').toString('utf8'),
});

type Work = (entry: DeadLetterEntry, queue: DeadLetterQueue) => Promise<Answer>;

async function withEntry(connection: NatsConnection, number: string | undefined, work: Work): Promise<Answer> {
  const queue = await DeadLetterQueue.on(connection);
  const entry = ENTRY.test(number ?? '') ? await queue.find(Number(number)) : undefined;
  return entry === undefined ? problemAnswer('entry-unknown') : work(entry, queue);
}

/** The same as `admit dead`. */
export const DEAD_LETTER_ACTIONS: readonly Action[] = [
  {
    method: 'GET',
    path: '/operator/dead-letters',
    run: async ({ connection }, { query }) => {
      const queue = await DeadLetterQueue.on(connection);
      return found({ entries: (await queue.list({ closed: query.closed === 'true' })).map(shown) });
    },
  },
  {
    method: 'POST',
    path: '/operator/dead-letters/:entry/redrive',
    run: ({ connection }, { params }) =>
      withEntry(connection, params.entry, async (entry, queue) => found(await (await Redrive.on(connection, queue)).run(entry))),
  },
  {
    method: 'POST',
    path: '/operator/dead-letters/:entry/drop',
    body: Drop,
    run: ({ connection }, { params, body }) =>
      withEntry(connection, params.entry, async ({ number }, queue) => {
        const { reason } = body as z.infer<typeof Drop>;
        if (await queue.close(number, { how: 'dropped', note: reason })) return found({ outcome: 'dropped', note: reason });
        const { closed } = (await queue.find(number)) ?? {};
        return found({ outcome: 'closed', note: `${closed?.how} already: ${closed?.note}` });
      }),
  },
];
