import { z } from 'zod';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { found, problemAnswer } from '../problems.js';
import type { Action } from './action.js';

const Start = z.strictObject({ tenant: z.string().regex(TENANT_PATTERN).optional() });

/** The same as `admit replay`, without --promote: the live ledger is compared, never replaced. */
export const REPLAY_ACTIONS: readonly Action[] = [
  { method: 'GET', path: '/operator/replay', run: async ({ replays }) => found({ replay: replays.last }) },
  {
    method: 'POST',
    path: '/operator/replay',
    body: Start,
    run: async ({ replays }, { body }) =>
      replays.start((body as z.infer<typeof Start>).tenant) ? found({ replay: replays.last }, 202) : problemAnswer('replay-running'),
  },
];
