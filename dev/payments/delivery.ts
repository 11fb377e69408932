import { setTimeout as pause } from 'node:timers/promises';
import { causeOf, messageOf } from '../processes/errors.js';
import type { PaymentEvent } from './event.js';
import { signed } from './signing.js';

/** The retry schedule. Real providers retry after seconds, then minutes, then hours, for days; this one is faster. */
export interface Retries {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly attempts: number;
  /** Standard Webhooks: 15 to 30 s. */
  readonly timeoutMs: number;
}

export const DEFAULT_RETRIES: Retries = { firstMs: 200, longestMs: 5_000, attempts: 100, timeoutMs: 15_000 };

/** The delivery state of one copy of an event. */
export interface Delivery {
  readonly id: string;
  readonly payment: string;
  readonly copy: number;
  /** The status of each attempt, or the reason why there is none. */
  readonly tries: (number | string)[];
  state: 'held' | 'delivering' | 'taken' | 'given-up';
}

const GONE = 410; // Standard Webhooks: the receiver wants no further events

export interface Endpoint {
  readonly url: () => string;
  readonly secrets: () => readonly string[];
  readonly retries: Retries;
  readonly stopped: AbortSignal;
}

/** Retries until the receiver answers 2xx or 410, retries are used up, or the provider stops. */
export async function deliver(event: PaymentEvent, delivery: Delivery, endpoint: Endpoint): Promise<void> {
  const { retries, stopped } = endpoint;
  delivery.state = 'delivering';
  for (let wait = retries.firstMs; ; wait = Math.min(wait * 2, retries.longestMs)) {
    const answer = await attempt(event, endpoint);
    delivery.tries.push(answer);
    if (typeof answer === 'number' && answer >= 200 && answer < 300) {
      delivery.state = 'taken';
      return;
    }
    if (answer === GONE || delivery.tries.length >= retries.attempts || stopped.aborted) break;
    await pause(wait, undefined, { signal: stopped }).catch(() => undefined); // stopping ends the pause, and the next attempt fails at once
  }
  delivery.state = 'given-up';
}

async function attempt(event: PaymentEvent, { url, secrets, retries, stopped }: Endpoint): Promise<number | string> {
  const { headers, body } = signed(event, secrets(), Date.now());
  try {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(retries.timeoutMs)]);
    const response = await fetch(url(), { method: 'POST', headers: { ...headers }, body, signal, redirect: 'manual' });
    await response.arrayBuffer(); // frees the connection
    return response.status;
  } catch (error) {
    return messageOf(causeOf(error));
  }
}
