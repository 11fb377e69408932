import { z } from 'zod';
import type { MintAttempt } from '#shared/domain/mint/events.js';
import type { Submission } from '../chain.js';
import { isTreeFull } from './look.js';
import { briefly, type Rpc } from './rpc/rpc.js';
import { transactionError } from './rpc/rpc-answers.js';

const answer = z.union([
  z.object({ result: z.string() }),
  z.object({ error: z.object({ message: z.string(), data: z.object({ err: transactionError.nullish() }).nullish().catch(null) }) }),
]);

/** It landed already, as the sender intended. */
const LANDED_BEFORE = 'AlreadyProcessed';
/** One of its instructions failed in the node's simulation. */
const IN_A_PROGRAM = 'InstructionError';

/**
 * Sends the bytes once. The node's response is only recorded; `verdicts` decides the outcome. It bypasses web3.js, which keeps only an
 * error's message, while the error's data tell whether a program rejected it.
 */
export async function submitOnce(rpc: Rpc, attempt: MintAttempt, simulate: boolean): Promise<Submission> {
  // The minter resends itself: the node's own retries would continue after the attempt is over.
  const options = { encoding: 'base64', skipPreflight: !simulate, preflightCommitment: 'confirmed', maxRetries: 0 };
  try {
    const said = answer.parse(await rpc.call('sendTransaction', [attempt.transaction, options]));
    if ('result' in said) return { kind: 'accepted' };
    const { message, data } = said.error;
    const name = typeof data?.err === 'string' ? data.err : Object.keys(data?.err ?? {})[0];
    if (name === LANDED_BEFORE) return { kind: 'accepted' };
    const isLasting = name === IN_A_PROGRAM && !isTreeFull(message);
    return { kind: 'refused', by: isLasting ? 'program' : 'node', reason: briefly(new Error(message)) };
  } catch (thrown) {
    return { kind: 'unknown', reason: briefly(thrown) };
  }
}
