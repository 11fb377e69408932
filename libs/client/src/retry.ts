import { backoffAfter, type Clock, type RetryPolicy, timeoutOf } from './retry-policy.js';
import type { NoResponse, Response } from './transport.js';

/** Not decided yet, rate limited, retryable errors, and errors of proxies while the service is unreachable. */
const TRANSIENT: ReadonlySet<number> = new Set([202, 408, 425, 429, 500, 502, 503, 504]);

/** Retries the same request with the same key until the response is final; returns `NoResponse` when the retry policy is exhausted. */
export async function retryUntilSettled(
  ask: (timeoutMs: number) => Promise<Response | NoResponse>,
  policy: RetryPolicy,
  clock: Clock,
): Promise<Response | NoResponse> {
  const deadline = clock.now() + policy.totalMs;
  for (let tries = 1; ; tries++) {
    const left = Math.max(deadline - clock.now(), 1);
    const response = await ask(Math.min(timeoutOf(tries, policy), left));
    if (!('lost' in response) && !isTransient(response)) return response;
    const pause = backoffAfter(tries, policy, 'lost' in response ? undefined : response.retryAfterMs, clock.random());
    if (('lost' in response && response.final === true) || clock.now() + pause >= deadline) return { lost: reasonOf(response, tries) };
    await clock.wait(pause);
  }
}

function isTransient({ status, body }: Response): boolean {
  if (TRANSIENT.has(status)) return true;
  const code = codeOf(body);
  return code === undefined || (status === 409 && code === 'in-progress');
}

/** `undefined`: not a JSON object, so a proxy and not the service sent it. */
function codeOf(body: string): unknown {
  try {
    const json = JSON.parse(body) as unknown;
    return typeof json === 'object' && json !== null ? ((json as { readonly code?: unknown }).code ?? '') : undefined;
  } catch {
    return undefined;
  }
}

const MAX_REASON_LENGTH = 200; // the start of an HTML page is enough

function reasonOf(response: Response | NoResponse, tries: number): string {
  const last = 'lost' in response ? response.lost : `${response.status} ${response.body.slice(0, MAX_REASON_LENGTH)}`;
  return `${last} (${tries === 1 ? 'one try' : `${tries} tries`})`;
}
