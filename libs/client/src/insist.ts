import { type Clock, type Patience, pauseAfter, timeoutOf } from './patience.js';
import type { Heard, Lost } from './transport.js';

/** "Not decided yet", "too fast", "try again", and what stands between us and the service when it is away. */
const TRANSIENT: ReadonlySet<number> = new Set([202, 408, 425, 429, 500, 502, 503, 504]);

/** Asks until there is an answer that will stay, the same request with the same key each time; `Lost` when patience is at its end. */
export async function insist(ask: (timeoutMs: number) => Promise<Heard | Lost>, patience: Patience, clock: Clock): Promise<Heard | Lost> {
  const deadline = clock.now() + patience.totalMs;
  for (let tries = 1; ; tries++) {
    const left = Math.max(deadline - clock.now(), 1);
    const heard = await ask(Math.min(timeoutOf(tries, patience), left));
    if (!('lost' in heard) && !isTransient(heard)) return heard;
    const pause = pauseAfter(tries, patience, 'lost' in heard ? undefined : heard.retryAfterMs, clock.random());
    if (('lost' in heard && heard.final === true) || clock.now() + pause >= deadline) return { lost: reasonOf(heard, tries) };
    await clock.wait(pause);
  }
}

function isTransient({ status, body }: Heard): boolean {
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

function reasonOf(heard: Heard | Lost, tries: number): string {
  const last = 'lost' in heard ? heard.lost : `${heard.status} ${heard.body.slice(0, MAX_REASON_LENGTH)}`;
  return `${last} (${tries === 1 ? 'one try' : `${tries} tries`})`;
}
