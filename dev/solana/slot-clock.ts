import type { Bank } from './bank/bank.js';

interface Waiting {
  readonly slot: number;
  readonly run: () => void;
}

/** Opens slots by time, or by hand while paused, and runs the waiting callbacks. */
export class SlotClock {
  private timer: NodeJS.Timeout | null = null;
  private waiting: Waiting[] = [];
  private stopped = false;
  private readonly stopListening: () => void;

  /** With `slotMs` null, only `advance` or transactions open slots. */
  constructor(
    private readonly bank: Bank,
    private readonly slotMs: number | null,
  ) {
    this.stopListening = bank.onChange(() => this.wake());
  }

  get paused(): boolean {
    return this.timer === null;
  }

  resume(): void {
    if (this.timer === null && this.slotMs !== null) this.timer = setInterval(() => this.bank.openSlot(), this.slotMs);
  }

  pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  advance(slots: number): void {
    for (let opened = 0; opened < slots; opened += 1) this.bank.openSlot();
  }

  afterSlots(slots: number, run: () => void): void {
    this.waiting.push({ slot: this.bank.state.slot + slots, run });
    this.wake();
  }

  stop(): void {
    this.pause();
    this.stopListening();
    this.waiting = [];
    this.stopped = true;
  }

  /** Deferred, because the bank calls it while it records. */
  private wake(): void {
    const due = this.waiting.filter((entry) => entry.slot <= this.bank.state.slot);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter((entry) => entry.slot > this.bank.state.slot);
    setImmediate(() => {
      if (this.stopped) return;
      for (const { run } of due) run();
    });
  }
}
