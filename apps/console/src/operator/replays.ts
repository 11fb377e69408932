import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { replayLog } from '#shared/platform/operator/run-replay.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';

/** Characters of the program's errors that are kept. */
const KEPT_ERRORS = 4_000;

/** A replay as the page shows it. */
interface Replay {
  readonly startedAt: string;
  readonly tenant: string | undefined;
  readonly progress: string;
  readonly endedAt?: string;
  /** As JSON of `admit replay --json`; absent where it could not run. */
  readonly report?: unknown;
  readonly error?: string;
}

/** The last replay that this process ran. There is one at a time: they share the replay consumer and the shadow. */
@Injectable()
export class Replays {
  private latest: Replay | undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  get last(): Replay | undefined {
    return this.latest;
  }

  /** @returns false while another one runs */
  start(tenant: string | undefined): boolean {
    if (this.running !== undefined) return false;
    this.latest = { startedAt: new Date().toISOString(), tenant, progress: '' };
    this.running = this.run(this.latest).then((ended) => {
      this.latest = { ...ended, endedAt: new Date().toISOString() };
      this.running = undefined;
    });
    return true;
  }

  private async run(begun: Replay): Promise<Replay> {
    let [printed, errors] = ['', ''];
    const output = (text: string, stream: 'stdout' | 'stderr'): void => {
      if (stream === 'stdout') printed += text;
      else {
        const progress = text.split('\n').findLast((line) => line.startsWith('replay '));
        if (progress === undefined) errors = (errors + text).slice(-KEPT_ERRORS);
        else this.latest = { ...begun, progress };
      }
    };
    const options = { json: true, ...(begun.tenant !== undefined && { tenant: begun.tenant }) };
    try {
      const code = await replayLog(this.connection, this.environment, options, { output });
      if (code === EXIT.ok || code === EXIT.findings || code === EXIT.halted) return { ...begun, report: JSON.parse(printed) as unknown };
      return { ...begun, error: errors || `The replay ended with exit code ${code}.` };
    } catch (thrown) {
      return { ...begun, error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  }
}
