import { createHash } from 'node:crypto';
import { REFUSALS } from '#shared/domain/refusal.js';
import type { Answer, FuzzRequest, TenantCaller, Transport } from './tenant-caller.js';

/** A request, and on which side its key is: a webhook's, or a caller's own. */
export interface Sent {
  readonly caller: TenantCaller;
  readonly asked: FuzzRequest;
  readonly side: 'webhook' | 'api';
}

/** What was answered for good. Bodies are kept as hashes: an hour has some hundred thousand. */
interface Kept extends Sent {
  readonly status: number;
  readonly hash: string;
  repeated: boolean;
}

/** A decision: accepted, or refused with a code that the key holds. 400, 404, 408, 422, 429 and 503 hold nothing, and 202 and `in-progress` come later. */
export function isDecision({ status, text }: Answer): boolean {
  if (status >= 200 && status < 300) return status !== 202;
  return status === 409 && Object.hasOwn(REFUSALS, (JSON.parse(text) as { readonly code?: string }).code ?? '');
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Everything that was acknowledged, and whether it was answered with the same bytes again. */
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

  /** Takes note of an answer, or holds it against the one that was heard before. */
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

  /** One that was not asked again yet; the oldest. */
  next(): Sent | undefined {
    const [name] = this.unrepeated;
    return name === undefined ? undefined : this.kept.get(name);
  }

  /** The first of them, so many; none is taken out. */
  all(): readonly Sent[] {
    return [...this.unrepeated].flatMap((name) => this.kept.get(name) ?? []);
  }
}

const nameOf = ({ caller, asked, side }: Sent): string => `${caller.tenant} ${side} ${String(asked.body.sale)} ${asked.key}`;
export const sideOf = (transport: Transport): Sent['side'] => (transport === 'webhook' ? 'webhook' : 'api');
