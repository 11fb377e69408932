import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { JetStreamSource } from '#shared/platform/messaging/jetstream-source.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ensureMintQueue, mintQueueOf, tenantNames } from '#shared/platform/topology/mint-queues.js';
import type { MintsIntake } from './mints-intake.js';

/** The interval at which new tenants are discovered: a tenant's first mint may wait this long. */
const POLL_MS = 1_000;
/** Concurrent creations of queues, when many tenants are new to this server. */
const MADE_AT_ONCE = 16;

export interface QueuesParts {
  readonly connection: NatsConnection;
  readonly intake: Pick<MintsIntake, 'pump' | 'room'>;
  readonly logger: Logger;
  readonly onDelivery: (deliveries: number) => void;
}

/** Pulls from each tenant's queue as many commands as there is room for. A queue is created when its tenant is first seen. */
export class MintQueues {
  private readonly sources = new Map<string, JetStreamSource>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopped = false;

  private constructor(
    private readonly jsm: JetStreamManager,
    private readonly parts: QueuesParts,
  ) {}

  static async open(parts: QueuesParts): Promise<MintQueues> {
    const queues = new MintQueues(await jetstreamManager(parts.connection, { checkAPI: false }), parts);
    queues.keepLooking();
    return queues;
  }

  /** Stops pulling. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all([...this.sources.values()].map((source) => source.stop()));
  }

  private keepLooking(): void {
    this.looking = this.look().then(() => {
      if (!this.stopped) this.timer = setTimeout(() => this.keepLooking(), POLL_MS);
    });
  }

  private async look(): Promise<void> {
    try {
      const unknown = (await tenantNames(this.jsm)).filter((tenant) => !this.sources.has(tenant));
      for (let first = 0; first < unknown.length && !this.stopped; first += MADE_AT_ONCE)
        await Promise.all(unknown.slice(first, first + MADE_AT_ONCE).map((tenant) => this.begin(tenant)));
    } catch (thrown) {
      if (!this.stopped) this.parts.logger.warn({ err: thrown }, 'queues of new tenants cannot be made; tried again');
    }
  }

  private async begin(tenant: string): Promise<void> {
    await ensureMintQueue(this.jsm, tenant);
    const { connection, intake, logger, onDelivery } = this.parts;
    const source = new JetStreamSource(connection, {
      stream: 'MINTS',
      durable: mintQueueOf(tenant),
      room: () => intake.room(tenant),
      onTrouble: (thrown) => {
        logger.warn({ err: thrown, tenant }, 'mint commands cannot be reached; tried again');
      },
      onDelivery,
    });
    this.sources.set(tenant, source);
    void intake.pump(source);
  }
}
