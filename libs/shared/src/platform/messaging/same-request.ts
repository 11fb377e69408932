import { bufferOf } from '../../kernel/bytes.js';

/** Whether two stored messages contain the same request. A repeated command differs in its inbox and its trace. */
export function isSameRequest(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0 || (nameOf(left) !== undefined && nameOf(left) === nameOf(right));
}

function nameOf(body: Uint8Array): string | undefined {
  const { operation, key, fingerprint } = objectIn(body) ?? {};
  return fingerprint === undefined ? undefined : JSON.stringify([operation, key, fingerprint]);
}

/** The JSON object in a message; `undefined` without one. */
export function objectIn(body: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(bufferOf(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
