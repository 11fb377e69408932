import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Delivery, Source } from '#shared/consumer/delivery.js';
import { JetStreamSource } from '#shared/platform/jetstream-source.js';
import { DECIDER_GROUP, DECIDER_SETS, deciderSet } from '#shared/platform/topology/consumers.js';
import { Decider } from './decider.js';
import { MintRequests } from './mint-requests.js';
import type { PurchaseParts } from './parts.js';

export const PARTS = Symbol('purchase parts');
/** Commands a process asks for at once per set of buckets, and commits it looks through for mints to ask for. */
const COMMANDS_AT_ONCE = 1_000;
const COMMITS_AT_ONCE = 32;

/** What this app consumes, all of it in one place: its decider sets and its reactor. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sources: Source[] = [];

  constructor(
    @Inject(PARTS) private readonly parts: PurchaseParts,
    private readonly decider: Decider,
    private readonly mintRequests: MintRequests,
  ) {}

  onApplicationBootstrap(): void {
    for (let set = 0; set < DECIDER_SETS; set++) {
      this.start('COMMANDS', deciderSet(set), COMMANDS_AT_ONCE, (delivery) => this.decider.take(delivery), DECIDER_GROUP);
    }
    this.start('EVENTS', 'mint-requests', COMMITS_AT_ONCE, (delivery) => {
      void this.mintRequests.handle(delivery).then((settlement) => delivery.settle(settlement));
    });
  }

  /** Takes nothing new, finishes what was taken, then lets go of the connections. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.stop()));
    await this.decider.drain();
    await this.parts.edge.drain();
    await this.parts.connection.drain();
  }

  private start(stream: string, durable: string, maxMessages: number, handle: (delivery: Delivery) => void, group?: string): void {
    const { connection, logger } = this.parts;
    const onTrouble = (thrown: unknown): void => logger.warn({ err: thrown, stream, durable }, 'a consumer cannot be reached; tried again');
    const source = new JetStreamSource(connection, { stream, durable, maxMessages, onTrouble, ...(group !== undefined && { group }) });
    this.sources.push(source);
    void this.pump(source, handle);
  }

  private async pump(source: Source, handle: (delivery: Delivery) => void): Promise<void> {
    for await (const delivery of source) handle(delivery);
  }
}
