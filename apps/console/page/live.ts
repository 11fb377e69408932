import type { Api, EventOf } from './session.js';

const RETRY_MS = 1_000;
export type Listener = (event: EventOf) => void;

/** One stream of the tenant's events for the whole page; it resumes exactly where it broke. */
export class Live {
  private readonly listeners = new Set<Listener>();
  private readonly states = new Set<(isConnected: boolean) => void>();
  private readonly ended = new AbortController();
  isConnected = false;

  constructor(private readonly api: Api) {
    void this.run();
  }

  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onState(listener: (isConnected: boolean) => void): () => void {
    this.states.add(listener);
    return () => void this.states.delete(listener);
  }

  end(): void {
    this.ended.abort();
  }

  private async run(): Promise<void> {
    let cursor: string | undefined;
    while (!this.ended.signal.aborted) {
      try {
        for await (const told of this.api.events(cursor, this.ended.signal)) {
          cursor = told.cursor;
          this.show(true);
          if (told.event !== undefined) for (const listener of this.listeners) listener(told.event);
        }
      } catch {
        // shown as not connected; the next try resumes at the cursor
      }
      this.show(false);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private show(isConnected: boolean): void {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    for (const state of this.states) state(isConnected);
  }
}

/** `SaleOpened` of `admit.SaleOpened.v3` */
export const nameOf = ({ type }: Pick<EventOf, 'type'>): string => type.split('.')[1] ?? type;
/** The sale of `/<tenant>/<sale|mint|ledger>/<sale>` */
export const saleOf = ({ source }: Pick<EventOf, 'source'>): string => source.split('/')[3] ?? '';
