import type { BlockhashWithExpiryBlockHeight } from '@solana/web3.js';
import type { Rpc } from './rpc.js';

/** One question serves all attempts that are signed within a moment: a blockhash lives 150 blocks, a minute on a real chain. */
export class LatestBlockhash {
  private current: Promise<BlockhashWithExpiryBlockHeight> | undefined;
  private askedAt = 0;

  constructor(
    private readonly rpc: Rpc,
    private readonly freshMs: number,
  ) {}

  async read(): Promise<BlockhashWithExpiryBlockHeight> {
    const now = performance.now();
    if (this.current === undefined || now - this.askedAt > this.freshMs) {
      this.askedAt = now;
      // Confirmed, not processed: a blockhash of a fork that loses would never be accepted.
      this.current = this.rpc.ask('getLatestBlockhash', (connection) => connection.getLatestBlockhash('confirmed'));
      this.current.catch(() => {
        this.current = undefined; // whoever waits for it sees the fault; the next one asks again
      });
    }
    return this.current;
  }
}
