// The audits' idempotency middleware, set atomically: a key belongs to the first request that writes it (SET NX), and keeps its answer for a day.
import { fingerprint } from './server.mjs';

const ANSWER_SECONDS = 86_400;
/** A request that died with its process frees its key after this. */
const PROCESSING_SECONDS = 30;

const keyOf = ({ tenant, key }) => `idempotency:${tenant}:${key}`;

/** Runs `work` once for a key. @returns `{ status, text, replayed }` */
export async function once(redis, order, work) {
  const print = fingerprint(order);
  const processing = JSON.stringify({ state: 'processing', print });
  if ((await redis.set(keyOf(order), processing, 'EX', PROCESSING_SECONDS, 'NX')) !== 'OK') return earlier(redis, order, print);
  try {
    const { status, body } = await work(order);
    const text = JSON.stringify(body);
    await redis.set(keyOf(order), JSON.stringify({ state: 'completed', print, status, text }), 'EX', ANSWER_SECONDS);
    return { status, text, replayed: false };
  } catch (error) {
    await redis.del(keyOf(order)); // a failure is no answer: the caller may try again
    throw error;
  }
}

async function earlier(redis, order, print) {
  const stored = JSON.parse((await redis.get(keyOf(order))) ?? '{"state":"processing"}');
  if (stored.print !== undefined && stored.print !== print) return problem(422, 'key-reused');
  if (stored.state === 'processing') return problem(409, 'in-progress');
  return { status: stored.status, text: stored.text, replayed: true };
}

const problem = (status, code) => ({ status, text: JSON.stringify({ code }), replayed: false });
