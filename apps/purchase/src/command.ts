import type { Json } from '#shared/kernel/canonical.js';
import { Fault } from '#shared/kernel/fault.js';
import type { KeyHash, SaleId, TenantId } from '#shared/kernel/ids.js';

export const OPERATIONS = ['sale.open', 'order.place'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What is asked, as it lies on COMMANDS. Tenant, sale and key hash are its subject; the rest is its body. */
export interface Command {
  readonly tenant: TenantId;
  readonly sale: SaleId;
  readonly keyHash: KeyHash;
  readonly operation: Operation;
  readonly key: string;
  readonly fingerprint: string;
  /** The body as the caller sent it, parsed; already valid for its operation. */
  readonly request: Json;
  /** Where the process that waits for the decision hears of it. */
  readonly reply: string;
  readonly traceparent?: string;
}

/** The published subject; the stream stores it with the bucket as its second token. */
export const commandSubject = ({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): string =>
  `cmd.${tenant}.${sale}.${keyHash}`;

export const commandMessageId = ({ tenant, sale, keyHash }: Pick<Command, 'tenant' | 'sale' | 'keyHash'>): string =>
  `${tenant}:${sale}:${keyHash}`;

export function encodeCommand({ operation, key, fingerprint, request, reply, traceparent }: Command): string {
  return JSON.stringify({ operation, key, fingerprint, request, reply, traceparent });
}

/** Reads a stored command. @throws Fault `command-unreadable` */
export function decodeCommand(subject: string, bytes: Uint8Array): Command {
  const [, , tenant, sale, keyHash] = subject.split('.') as [string, string, TenantId, SaleId, KeyHash];
  try {
    const body = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as Omit<
      Command,
      'tenant' | 'sale' | 'keyHash'
    >;
    assertReadable(body);
    return { ...body, tenant, sale, keyHash };
  } catch (cause) {
    throw new Fault('command-unreadable', { subject }, { cause });
  }
}

/** Answers go to inboxes and nowhere else: the connection that sends them may write to streams. */
const INBOX = /^_INBOX\.[A-Za-z0-9_.-]+$/;

function assertReadable({ operation, key, fingerprint, request, reply }: Omit<Command, 'tenant' | 'sale' | 'keyHash'>): void {
  if (!OPERATIONS.includes(operation)) throw new TypeError(`${String(operation)} is no operation of this version`);
  if (typeof key !== 'string' || typeof fingerprint !== 'string') throw new TypeError('a command has a key and a fingerprint');
  if (typeof request !== 'object' || request === null) throw new TypeError('a request is a JSON object');
  if (typeof reply !== 'string' || !INBOX.test(reply)) throw new TypeError(`a reply goes to an inbox, not to ${String(reply)}`);
}
