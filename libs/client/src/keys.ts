/**
 * Where the client keeps the key of each intent: what its caller wants done once, in the caller's own words (`cart-4711`). A store that
 * outlives the process makes a crash harmless: after it the same intent is asked with the same key and has the same answer.
 */
export interface KeyStore {
  /** Keeps the key unless the intent has one already; resolves with the one it has, once that is stored. */
  keep(intent: string, key: string): Promise<string>;
  /** The intent is over, or is to be tried afresh: next time it gets another key. */
  forget(intent: string): Promise<void>;
}

/** About 20 MB of keys; a process with more intents at a time wants a store that is not its memory. */
const MAX_INTENTS = 100_000;

/** Keeps keys as long as this process lives, of the latest intents. */
export class MemoryKeys implements KeyStore {
  private readonly keys = new Map<string, string>();

  constructor(private readonly maxIntents = MAX_INTENTS) {}

  async keep(intent: string, key: string): Promise<string> {
    const kept = this.keys.get(intent) ?? key;
    this.keys.delete(intent);
    this.keys.set(intent, kept); // the latest again
    const [oldest] = this.keys.keys();
    if (this.keys.size > this.maxIntents && oldest !== undefined) this.keys.delete(oldest);
    return kept;
  }

  async forget(intent: string): Promise<void> {
    this.keys.delete(intent);
  }
}
