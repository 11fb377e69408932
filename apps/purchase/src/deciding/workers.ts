import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Delivery, Settlement, Source } from '#shared/consumer/delivery.js';
import { JetStreamSource } from '#shared/platform/messaging/jetstream-source.js';
import { DECIDER_GROUP, DECIDER_SETS, deciderSet } from '#shared/platform/topology/consumers.js';
import type { PurchaseParts } from '../parts.js';
import { HoldExpiryReactor } from '../reactors/hold-expiry-reactor.js';
import { MintRequestReactor } from '../reactors/mint-request-reactor.js';
import { MintResultReactor } from '../reactors/mint-result-reactor.js';
import { Decider } from './decider.js';

export const PARTS = Symbol('purchase parts');
/** Commands a process asks for at once per set of buckets, and commits it looks through for mints to ask for. */
const COMMANDS_AT_ONCE = 1_000;
const COMMITS_AT_ONCE = 32;

/** Turns what it is told into what follows from it. Told twice, it does no more than once. It never throws. */
interface Reactor {
  handle(delivery: Delivery): Promise<Settlement>;
}

/** What this app consumes, all of it in one place: its decider sets and its reactors. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sources: Source[] = [];

  constructor(
    @Inject(PARTS) private readonly parts: PurchaseParts,
    private readonly decider: Decider,
    private readonly mintRequests: MintRequestReactor,
    private readonly mintNews: MintResultReactor,
    private readonly sweeps: HoldExpiryReactor,
  ) {}

  onApplicationBootstrap(): void {
    for (let set = 0; set < DECIDER_SETS; set++) {
      this.start('COMMANDS', deciderSet(set), COMMANDS_AT_ONCE, (delivery) => this.decider.take(delivery), DECIDER_GROUP);
    }
    this.react('EVENTS', 'mint-requests', this.mintRequests);
    this.react('EVENTS', 'mint-news', this.mintNews);
    this.react('TIMERS', 'sweeps', this.sweeps);
  }

  /** Takes nothing new, finishes what was taken, then lets go of the connections. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.stop()));
    await this.decider.drain();
    await this.parts.snapshots.drain();
    await this.parts.tenants.stop();
    await this.parts.edge.drain();
    await this.parts.connection.drain();
  }

  private start(stream: string, durable: string, maxMessages: number, handle: (delivery: Delivery) => void, group?: string): void {
    const { connection, logger } = this.parts;
    const onTrouble = (thrown: unknown): void => logger.warn({ err: thrown, stream, durable }, 'a consumer cannot be reached; tried again');
    const onDelivery = this.parts.page.countsDeliveries(stream, durable);
    const more = group === undefined ? {} : { group };
    const source = new JetStreamSource(connection, { stream, durable, maxMessages, onTrouble, onDelivery, ...more });
    this.sources.push(source);
    void this.pump(source, handle);
  }

  private react(stream: string, durable: string, reactor: Reactor): void {
    this.start(stream, durable, COMMITS_AT_ONCE, (delivery) => {
      void reactor.handle(delivery).then((settlement) => delivery.settle(settlement));
    });
  }

  private async pump(source: Source, handle: (delivery: Delivery) => void): Promise<void> {
    for await (const delivery of source) handle(delivery);
  }
}
