import type { Commit, Head, WholeCommit } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';

/** A log between this process and the real one: its answers can be lost, late or refused. */
export class LogBetween implements EventStore {
  reads = 0;
  /** Takes the place of the next append. */
  next: ((append: () => Promise<WholeCommit | undefined>) => Promise<WholeCommit | undefined>) | undefined;
  maxEvents = Number.POSITIVE_INFINITY;

  constructor(private readonly store: EventStore) {}

  head(subject: string): Promise<Head> {
    return this.store.head(subject);
  }

  at(subject: string, sequence: number): Promise<WholeCommit> {
    return this.store.at(subject, sequence);
  }

  read(subject: string, after: Head): AsyncIterable<Commit> {
    this.reads += 1;
    return this.store.read(subject, after);
  }

  append(...args: Parameters<EventStore['append']>): Promise<WholeCommit | undefined> {
    const append = () => this.store.append(...args);
    const { next } = this;
    this.next = undefined;
    if (args[2].length > this.maxEvents) return Promise.reject(new Fault('commit-too-large', {}));
    return next === undefined ? append() : next(append);
  }
}

/** The next append of a store, held until it is released. */
export function held(store: LogBetween): { readonly landed: Promise<void>; readonly letGo: () => void } {
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  const landed = new Promise<void>((resolve) => {
    store.next = async (append) => {
      const commit = await append();
      resolve();
      await gate;
      return commit;
    };
  });
  return { landed, letGo };
}

export function unrendered(): never {
  throw new Error('cannot be rendered');
}
