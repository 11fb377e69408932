import { type Answer, problemAnswer } from './answer.js';

/** Where callers say the key; the second is an alias of the first. */
export const KEY_HEADERS = ['Idempotency-Key', 'X-Idempotency-Key'] as const;

/** Said wherever keys are documented. */
export const KEY_IS_KEPT =
  'It is kept for ever: never an e-mail address or the number of a payment card, which are refused where they are recognised.';

/** The one key that some headers say; two different ones are refused, since nobody can tell which was meant. */
export function keyOf(said: readonly (string | undefined)[]): { readonly key: string | undefined } | { readonly problem: Answer } {
  const [key, other] = new Set(said.filter((value) => value !== undefined && value !== ''));
  return other === undefined ? { key } : { problem: problemAnswer('keys-differ') };
}
