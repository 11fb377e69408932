import { Fault } from '#shared/kernel/fault.js';
import type { Rpc } from './rpc.js';

/** A provider that failed is left alone for so long, twice as long after every further failure in a row, up to the most. */
const REST_MS = 1_000;
const MOST_REST_MS = 60_000;
/** Up to so much of a rest is added by chance, so that many minters do not come back as one. */
const JITTER = 0.2;

/** One RPC provider of the list, and what is thought of it. */
export class Provider {
  private failuresInARow = 0;
  private restsUntil = Number.NEGATIVE_INFINITY;
  /** Whether it served the wanted chain when it was last asked. */
  serves: 'not asked' | 'wanted' | 'other' = 'not asked';

  constructor(
    /** Its host alone: the rest of the address may be a secret. */
    readonly name: string,
    readonly rpc: Rpc,
  ) {}

  restMs(now = performance.now()): number {
    return Math.max(0, this.restsUntil - now);
  }

  answered(): void {
    this.failuresInARow = 0;
    this.restsUntil = Number.NEGATIVE_INFINITY;
  }

  failed(): void {
    const rest = Math.min(REST_MS * 2 ** this.failuresInARow, MOST_REST_MS);
    this.failuresInARow += 1;
    this.restsUntil = performance.now() + rest * (1 + JITTER * Math.random());
  }

  genesisHash(): Promise<string> {
    return this.rpc.ask('getGenesisHash', (connection) => connection.getGenesisHash());
  }

  /** @throws Fault `chain-differs` where it serves another chain than wanted */
  async mustServe(wanted: string): Promise<void> {
    const found = await this.genesisHash();
    this.serves = found === wanted ? 'wanted' : 'other';
    if (found !== wanted) throw new Fault('chain-differs', { provider: this.name, wanted, found });
  }
}
