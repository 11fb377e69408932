import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { PaymentEvent } from './event.js';
import { stripeSignature } from './stripe.js';

const SECRET_BYTES = 24;
const HOUR_MS = 3_600_000;

export const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One attempt to deliver one event: signed at its own time with every valid secret during a rotation. */
export function signed({ id, body, lie, form }: PaymentEvent, secrets: readonly string[], now: number): SignedRequest {
  const at = new Date(lie === 'old-timestamp' ? now - HOUR_MS : now);
  const signers = lie === 'bad-signature' ? [newSecret()] : secrets;
  if (form === 'stripe') {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': stripeSignature(body, signers, at) };
    return { headers, body: lie === 'flipped-byte' ? body.replace('"amount":', '"amount":9') : body };
  }
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(at.getTime() / 1_000)}`,
      'webhook-signature': signers.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    },
    body: lie === 'flipped-byte' ? body.replace('"amount":"', '"amount":"9') : body,
  };
}
