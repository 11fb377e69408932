import { Fault } from '#shared/kernel/fault.js';
import type { Rpc } from './rpc.js';

/** A failed provider is not used for this time, which doubles with every further failure in a row up to a maximum. */
const REST_MS = 1_000;
const MOST_REST_MS = 60_000;
/** The random part of a pause, so that many minters do not return at once. */
const JITTER = 0.2;

/** One RPC provider of the list, and its health. */
export class Provider {
  private failuresInARow = 0;
  private restsUntil = Number.NEGATIVE_INFINITY;
  /** Whether it served the expected chain at the last check. */
  serves: 'not asked' | 'wanted' | 'other' = 'not asked';

  constructor(
    /** Its host only: the rest of the URL may be a secret. */
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

  /** @throws Fault `chain-differs` when it serves another chain */
  async mustServe(wanted: string): Promise<void> {
    const found = await this.genesisHash();
    this.serves = found === wanted ? 'wanted' : 'other';
    if (found !== wanted) throw new Fault('chain-differs', { provider: this.name, wanted, found });
  }
}
