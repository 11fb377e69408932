/**
 * Stores the key of each intent: the caller's own name for an action that must happen once (`cart-4711`). With a persistent store a
 * crash is harmless: the same intent is retried with the same key and gets the same response.
 */
export interface KeyStore {
  /** Stores the key unless the intent has one; resolves with the intent's key once it is stored. */
  keep(intent: string, key: string): Promise<string>;
  /** Deletes the intent's key: the next call gets another one. */
  forget(intent: string): Promise<void>;
}

/** About 20 MB of keys; a process with more concurrent intents needs a persistent store. */
const MAX_INTENTS = 100_000;

/** Keeps the keys of the latest intents in this process's memory. */
export class MemoryKeys implements KeyStore {
  private readonly keys = new Map<string, string>();

  constructor(private readonly maxIntents = MAX_INTENTS) {}

  async keep(intent: string, key: string): Promise<string> {
    const kept = this.keys.get(intent) ?? key;
    this.keys.delete(intent);
    this.keys.set(intent, kept); // moves it to the end: used last
    const [oldest] = this.keys.keys();
    if (this.keys.size > this.maxIntents && oldest !== undefined) this.keys.delete(oldest);
    return kept;
  }

  async forget(intent: string): Promise<void> {
    this.keys.delete(intent);
  }
}
