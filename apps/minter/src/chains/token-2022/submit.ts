import { SendTransactionError } from '@solana/web3.js';
import type { MintAttempt } from '#shared/domain/mint/events.js';
import type { Submission } from '../../chain.js';
import { briefly, type Rpc } from './rpc.js';

/** The node's own words for a transaction that failed in one of its instructions when it was simulated. */
const PROGRAM_SAID_NO = /Error processing Instruction \d+/i;
/** It landed already: nothing a sender could wish for more. */
const LANDED_BEFORE = /already been processed|AlreadyProcessed/i;

/** Hands over the bytes once. What the node answers is recorded and believed by nobody: `look` decides what became of them. */
export async function submitOnce(rpc: Rpc, attempt: MintAttempt, simulate: boolean): Promise<Submission> {
  const bytes = Buffer.from(attempt.transaction, 'base64');
  try {
    // Repetition is ours: the node's own would go on after the bytes stopped being ours to send.
    await rpc.connection.sendRawTransaction(bytes, { skipPreflight: !simulate, preflightCommitment: 'confirmed', maxRetries: 0 });
    return { kind: 'accepted' };
  } catch (thrown) {
    const reason = briefly(thrown);
    if (!(thrown instanceof SendTransactionError)) return { kind: 'unknown', reason };
    if (LANDED_BEFORE.test(thrown.message)) return { kind: 'accepted' };
    return { kind: 'refused', by: PROGRAM_SAID_NO.test(thrown.message) ? 'program' : 'node', reason };
  }
}
