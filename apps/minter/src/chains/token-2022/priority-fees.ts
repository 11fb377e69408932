import { Fault } from '#shared/kernel/fault.js';
import { TtlCache } from './rpc/ttl-cache.js';

/** A later attempt pays at most this multiple of the first one's price. */
export const MOST_PRIORITY_FACTOR = 16;
/** Fees of recent blocks are requested at this interval: some 25 slots. */
const FRESH_MS = 10_000;
const WHOLE = 100;

/** Prices in micro-lamports of one compute unit. */
export interface PriorityOptions {
  /** The minimum price of a first attempt, and its price without a percentile. */
  readonly floor: number;
  /** The maximum price of any attempt. Absent: 16 times the floor. */
  readonly cap?: number;
  /** A first attempt pays this percentile of recent blocks' lowest fees, 1 to 100. Absent or 0: recent fees are not requested. */
  readonly percentile?: number;
}

/**
 * The price of an attempt, chosen before it is signed and never changed: its bytes are in the log. A later attempt pays twice the current
 * price for each attempt before it, at most 16 times.
 */
export class PriorityFees {
  /** Maximum price of an attempt, in micro-lamports. */
  readonly cap: number;
  private readonly samples: TtlCache<readonly number[]>;

  /** @param recent the lowest price that landed in each recent block. @throws Fault `configuration` when the cap is below the floor */
  constructor(
    private readonly options: PriorityOptions,
    recent: () => Promise<readonly number[]>,
  ) {
    this.cap = options.cap ?? options.floor * MOST_PRIORITY_FACTOR;
    if (this.cap < options.floor) {
      const problems = [`MINT_PRIORITY_CAP_MICROLAMPORTS is ${this.cap}, below MINT_PRIORITY_MICROLAMPORTS, which is ${options.floor}`];
      throw new Fault('configuration', { problems });
    }
    this.samples = new TtlCache(recent, FRESH_MS);
  }

  /** @param attempt from 1 */
  async price(attempt: number): Promise<number> {
    const first = Math.max(this.options.floor, await this.usual());
    return Math.min(first * Math.min(2 ** (attempt - 1), MOST_PRIORITY_FACTOR), this.cap);
  }

  /**
   * A mint does not wait for the fees: if the node does not answer, the attempt gets less priority but is not delayed. Failed calls are
   * counted.
   */
  private async usual(): Promise<number> {
    const { percentile = 0 } = this.options;
    if (percentile === 0) return 0;
    const fees = await this.samples.read().catch(() => []);
    return percentileOf(fees, percentile);
  }
}

/** Nearest rank: the lowest fee that at least this percentage of the fees does not exceed. 0 for an empty list. */
export function percentileOf(fees: readonly number[], percentile: number): number {
  const sorted = fees.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil((percentile / WHOLE) * sorted.length) - 1)] ?? 0;
}
