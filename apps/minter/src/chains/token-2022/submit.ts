import { z } from 'zod';
import type { MintAttempt } from '#shared/domain/mint/events.js';
import type { Submission } from '../chain.js';
import { briefly, type Rpc } from './rpc/rpc.js';
import { transactionError } from './rpc/rpc-answers.js';

const answer = z.union([
  z.object({ result: z.string() }),
  z.object({ error: z.object({ message: z.string(), data: z.object({ err: transactionError.nullish() }).nullish().catch(null) }) }),
]);

/** It landed already: nothing a sender could wish for more. */
const LANDED_BEFORE = 'AlreadyProcessed';
/** It failed in one of its instructions when the node tried it. */
const IN_A_PROGRAM = 'InstructionError';

/**
 * Hands over the bytes once. What the node answers is recorded and believed by nobody: `look` decides what became of them.
 * Asked without web3.js: that one keeps only the message of an error, and whether a program said no stands in its data.
 */
export async function submitOnce(rpc: Rpc, attempt: MintAttempt, simulate: boolean): Promise<Submission> {
  // Repetition is ours: the node's own would go on after the bytes stopped being ours to send.
  const options = { encoding: 'base64', skipPreflight: !simulate, preflightCommitment: 'confirmed', maxRetries: 0 };
  try {
    const said = answer.parse(await rpc.call('sendTransaction', [attempt.transaction, options]));
    if ('result' in said) return { kind: 'accepted' };
    const { message, data } = said.error;
    const name = typeof data?.err === 'string' ? data.err : Object.keys(data?.err ?? {})[0];
    if (name === LANDED_BEFORE) return { kind: 'accepted' };
    return { kind: 'refused', by: name === IN_A_PROGRAM ? 'program' : 'node', reason: briefly(new Error(message)) };
  } catch (thrown) {
    return { kind: 'unknown', reason: briefly(thrown) };
  }
}
