import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../stack/stack.js';

/** Apps go more often than what they stand on. */
const STRUCK = ['purchase', 'minter', 'ledger', 'purchase', 'minter', 'ledger', 'postgres', 'nats'];
const BACK_MS = 120_000;

/** Ends parts of a running stack now and then, in order or by kill -9, and has each back before the next goes. */
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

  private async strike(): Promise<void> {
    const name = STRUCK[Math.floor(this.random() * STRUCK.length)] as string;
    const part = this.stack.part(name);
    const how = this.random() < 0.5 ? 'restarted' : 'killed';
    if (how === 'restarted') await part.restart();
    else await part.kill9();
    await part.ready(BACK_MS);
    this.counts.set(`${name} ${how}`, (this.counts.get(`${name} ${how}`) ?? 0) + 1);
  }
}
