import { setTimeout as pause } from 'node:timers/promises';
import type { ManagedProcess } from '../processes/managed-process.js';
import type { Stack } from '../stack/stack.js';

/** Apps are stopped more often than the servers. */
const STRUCK = ['purchase', 'minter', 'ledger', 'purchase', 'minter', 'ledger', 'postgres', 'nats'];
const BACK_MS = 120_000;
const HALF = 0.5;

/** Stops parts of a running stack at random, gracefully or by kill -9, and restarts each before the next is stopped. */
export class Strikes {
  readonly counts = new Map<string, number>();

  constructor(
    private readonly stack: Stack,
    private readonly everyMs: number,
    private readonly random: () => number,
  ) {}

  async run(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await pause(this.everyMs * (0.5 + this.random()), undefined, { signal: end }).catch(() => undefined); // it is over
      if (!end.aborted) await this.strike();
    }
  }

  /** A part must start within a minute. On a busy machine it may need a second try; a third one is a finding, and ends the run. */
  private async startAgain(part: ManagedProcess): Promise<void> {
    try {
      await part.start();
    } catch {
      this.note(`${part.name} started late`);
      await part.start();
    }
  }

  private note(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  private async strike(): Promise<void> {
    const name = STRUCK[Math.floor(this.random() * STRUCK.length)] as string;
    const part = this.stack.part(name);
    const how = this.random() < HALF ? 'restarted' : 'killed';
    if (how === 'killed') await part.kill9();
    else {
      await part.stop();
      await this.startAgain(part);
    }
    await part.ready(BACK_MS);
    this.note(`${name} ${how}`);
  }
}
