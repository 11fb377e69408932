import type { HistoryPlace, Journal, JournalRecord } from '../bank/journal.js';

/** Nothing outlives the process; history is still addressed by place, so both journals are used alike. */
export class MemoryJournal implements Journal {
  private readonly history: string[] = [];

  constructor(readonly genesisHash: string) {}

  past(): Iterable<JournalRecord> {
    return [];
  }

  append(): void {
    // What landed is already in the tables in front of this journal.
  }

  appendHistory(text: string): HistoryPlace {
    this.history.push(text);
    return { offset: this.history.length - 1, length: text.length };
  }

  readHistory(place: HistoryPlace): string | null {
    return this.history[place.offset] ?? null;
  }

  close(): void {
    // Nothing is held open.
  }
}
