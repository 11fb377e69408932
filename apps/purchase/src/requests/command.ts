import { bufferOf } from '#shared/kernel/bytes.js';
import type { Json } from '#shared/kernel/canonical.js';
import { Fault } from '#shared/kernel/fault.js';
import { type KeyHash, type KeyNamespace, keyHash, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import type { CommandToDecide } from '../operations/operation.js';
import { isOperation, type OperationName } from '../operations/operations.js';

/** A command as stored on COMMANDS. Tenant, sale and key hash are in its subject; the rest is its body. */
export interface Command extends CommandToDecide {
  readonly keyHash: KeyHash;
  readonly namespace: KeyNamespace;
  readonly operation: OperationName;
  readonly fingerprint: string;
  /** The reply subject. It is random and used once, so it also distinguishes commands with the same key. */
  readonly reply: string;
  readonly traceparent?: string;
}

/** A command without a waiting process. */
export type Asked = Omit<Command, 'reply'>;

/** The published subject; the stream stores it with the bucket as its second token. */
export const commandSubject = ({ tenant, sale, keyHash: hash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): string =>
  `cmd.${tenant}.${sale}.${hash}`;

export const commandMessageId = ({ tenant, sale, keyHash: hash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): string =>
  `${tenant}:${sale}:${hash}`;

export function encodeCommand({ namespace, operation, key, fingerprint, request, reply, traceparent }: Command): string {
  return JSON.stringify({ namespace, operation, key, fingerprint, request, reply, traceparent });
}

/** Reads a stored command. @throws Fault `command-unreadable` */
export function decodeCommand(subject: string, bytes: Uint8Array): Command {
  const [, , tenant, sale, hash] = subject.split('.') as [string, string, TenantId, SaleId, KeyHash];
  try {
    const text = bufferOf(bytes).toString('utf8');
    const body = JSON.parse(text) as Omit<Command, 'tenant' | 'sale' | 'keyHash'>;
    assertReadable(body);
    return { ...body, tenant, sale, keyHash: hash };
  } catch (cause) {
    throw new Fault('command-unreadable', { subject }, { cause });
  }
}

/** Responses go only to inboxes: the connection that sends them may write to streams. */
const INBOX = /^_INBOX\.[A-Za-z0-9_.-]+$/;

function assertReadable({ operation, key, fingerprint, request, reply }: Omit<Command, 'tenant' | 'sale' | 'keyHash'>): void {
  if (!isOperation(operation)) throw new TypeError(`${String(operation)} is no operation of this version`);
  if (typeof key !== 'string' || typeof fingerprint !== 'string') throw new TypeError('a command has a key and a fingerprint');
  if (typeof request !== 'object' || request === null) throw new TypeError('a request is a JSON object');
  if (typeof reply !== 'string' || !INBOX.test(reply)) throw new TypeError(`a reply goes to an inbox, not to ${String(reply)}`);
}

/** A command of a reactor. Its key is derived from its cause, so repeats are one command. `traceparent`: of the causing request. */
export function internalCommand(
  of: { readonly tenant: TenantId; readonly sale: SaleId },
  name: OperationName,
  key: string,
  request: Json,
  traceparent?: string,
): Asked {
  const { tenant, sale } = of;
  return {
    tenant,
    sale,
    keyHash: keyHash('internal', key),
    namespace: 'internal',
    operation: name,
    key,
    fingerprint: key,
    request,
    ...(traceparent !== undefined && { traceparent }),
  };
}
