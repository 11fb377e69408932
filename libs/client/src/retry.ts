import { backoffAfter, type Clock, type RetryPolicy, timeoutOf } from './retry-policy.js';
import type { NoResponse, Response } from './transport.js';

/** "Not decided yet", "too fast", "try again", and what stands between us and the service when it is away. */
const TRANSIENT: ReadonlySet<number> = new Set([202, 408, 425, 429, 500, 502, 503, 504]);

/** Asks until there is an answer that will stay, the same request with the same key each time; `Lost` when patience is at its end. */
export async function retryUntilSettled(
  ask: (timeoutMs: number) => Promise<Response | NoResponse>,
  patience: RetryPolicy,
  clock: Clock,
): Promise<Response | NoResponse> {
  const deadline = clock.now() + patience.totalMs;
  for (let tries = 1; ; tries++) {
    const left = Math.max(deadline - clock.now(), 1);
    const heard = await ask(Math.min(timeoutOf(tries, patience), left));
    if (!('lost' in heard) && !isTransient(heard)) return heard;
    const pause = backoffAfter(tries, patience, 'lost' in heard ? undefined : heard.retryAfterMs, clock.random());
    if (('lost' in heard && heard.final === true) || clock.now() + pause >= deadline) return { lost: reasonOf(heard, tries) };
    await clock.wait(pause);
  }
}

function isTransient({ status, body }: Response): boolean {
  if (TRANSIENT.has(status)) return true;
  const code = codeOf(body);
  return code === undefined || (status === 409 && code === 'in-progress');
}

/** `undefined`: no JSON object, so not the service's word but that of something in between. */
function codeOf(body: string): unknown {
  try {
    const json = JSON.parse(body) as unknown;
    return typeof json === 'object' && json !== null ? ((json as { readonly code?: unknown }).code ?? '') : undefined;
  } catch {
    return undefined;
  }
}

const MAX_REASON_LENGTH = 200; // the start of a page of HTML tells enough

function reasonOf(heard: Response | NoResponse, tries: number): string {
  const last = 'lost' in heard ? heard.lost : `${heard.status} ${heard.body.slice(0, MAX_REASON_LENGTH)}`;
  return `${last} (${tries === 1 ? 'one try' : `${tries} tries`})`;
}
