import type { HistoryPlace, Journal, JournalRecord } from '../bank/journal.js';

/** Nothing outlives the process. History is still addressed by position, so both journals have one interface. */
export class MemoryJournal implements Journal {
  private readonly history: string[] = [];

  constructor(readonly genesisHash: string) {}

  past(): Iterable<JournalRecord> {
    return [];
  }

  append(): void {
    // The tables in front of this journal already hold the landed transactions.
  }

  appendHistory(text: string): HistoryPlace {
    this.history.push(text);
    return { offset: this.history.length - 1, length: text.length };
  }

  readHistory(place: HistoryPlace): string | null {
    return this.history[place.offset] ?? null;
  }

  close(): void {
    // Nothing to close.
  }
}
