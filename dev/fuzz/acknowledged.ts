import { createHash } from 'node:crypto';
import { REFUSALS } from '#shared/domain/refusal.js';
import type { Answer, FuzzRequest, TenantCaller, Transport } from './tenant-caller.js';

/** A request, and the kind of its key: a webhook's, or a caller's. */
export interface Sent {
  readonly caller: TenantCaller;
  readonly asked: FuzzRequest;
  readonly side: 'webhook' | 'api';
}

/** A final answer. Bodies are kept as hashes: an hour has some hundred thousand. */
interface Kept extends Sent {
  readonly status: number;
  readonly hash: string;
  repeated: boolean;
}

/**
 * A decision: accepted, or refused with a code that is bound to the key. 400, 404, 408, 422, 429 and 503 bind nothing; 202 and
 * `in-progress` precede the decision.
 */
export function isDecision({ status, text }: Answer): boolean {
  if (status >= 200 && status < 300) return status !== 202;
  return status === 409 && Object.hasOwn(REFUSALS, (JSON.parse(text) as { readonly code?: string }).code ?? '');
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Every final answer, and whether a repeated request got the same bytes. */
export class Acknowledged {
  private readonly kept = new Map<string, Kept>();
  private readonly unrepeated = new Set<string>();
  readonly differing: string[] = [];

  get count(): number {
    return this.kept.size;
  }

  get repeatedCount(): number {
    return this.kept.size - this.unrepeated.size;
  }

  /** Records an answer, or compares it with the recorded one. */
  note(sent: Sent, answer: Answer): void {
    if (!isDecision(answer)) return;
    const name = nameOf(sent);
    const hash = hashOf(answer.text);
    const known = this.kept.get(name);
    if (known === undefined) {
      this.kept.set(name, { ...sent, status: answer.status, hash, repeated: false });
      this.unrepeated.add(name);
      return;
    }
    this.unrepeated.delete(name);
    if (known.status !== answer.status || known.hash !== hash)
      this.differing.push(`${name}: ${known.status} before, ${answer.status} now: ${answer.text}`);
  }

  /** The oldest request that was not repeated yet. */
  next(): Sent | undefined {
    const [name] = this.unrepeated;
    return name === undefined ? undefined : this.kept.get(name);
  }

  /** The first ones; none is removed. */
  all(): readonly Sent[] {
    return [...this.unrepeated].flatMap((name) => this.kept.get(name) ?? []);
  }
}

const nameOf = ({ caller, asked, side }: Sent): string => `${caller.tenant} ${side} ${String(asked.body.sale)} ${asked.key}`;
export const sideOf = (transport: Transport): Sent['side'] => (transport === 'webhook' ? 'webhook' : 'api');
