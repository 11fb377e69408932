import type { NatsConnection } from '@nats-io/transport-node';
import type { OnApplicationBootstrap, OnApplicationShutdown, Provider, Type } from '@nestjs/common';
import type { Delivery, Settlement } from '../../consumer/delivery.js';
import { MetricsPage } from '../metrics/metrics-page.js';
import type { Logger } from '../process/logger.js';
import { LOGGER } from '../process/process.module.js';
import { JetStreamSource, type SourceOptions } from './jetstream-source.js';
import { NATS } from './nats.module.js';

export type ConsumerOptions = Pick<SourceOptions, 'stream' | 'durable' | 'maxMessages'>;

/** Passes each delivery of a durable consumer to its handler, from bootstrap to shutdown. */
class Consumer implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly source: JetStreamSource,
    private readonly take: (delivery: Delivery) => void,
  ) {}

  onApplicationBootstrap(): void {
    void this.pump();
  }

  /** Accepts no new deliveries. */
  async onApplicationShutdown(): Promise<void> {
    await this.source.stop();
  }

  private async pump(): Promise<void> {
    for await (const delivery of this.source) this.take(delivery);
  }
}

/** A durable consumer whose handler settles every delivery itself. It stops before the handler's own shutdown hook runs. */
export const consumes = <Handler>(
  options: ConsumerOptions,
  handler: Type<Handler>,
  take: (handler: Handler, delivery: Delivery) => void,
): Provider => ({
  provide: `${options.stream} ${options.durable}`,
  inject: [NATS, MetricsPage, LOGGER, handler],
  useFactory: (connection: NatsConnection, page: MetricsPage, logger: Logger, instance: Handler) => {
    const { stream, durable } = options;
    const onTrouble = (err: unknown): void => logger.warn({ err, stream, durable }, 'a consumer cannot be reached; tried again');
    const source = new JetStreamSource(connection, { ...options, onTrouble, onDelivery: page.countsDeliveries(stream, durable) });
    return new Consumer(source, (delivery) => take(instance, delivery));
  },
});

/** Processes a message. A repeated delivery has no further effect. It never throws. */
export interface Reactor {
  handle(delivery: Delivery): Promise<Settlement>;
}

/** A durable consumer that settles each delivery as its reactor returns. */
export const reacts = (options: ConsumerOptions, reactor: Type<Reactor>): Provider =>
  consumes(options, reactor, (instance, delivery) => {
    void instance.handle(delivery).then((settlement) => delivery.settle(settlement));
  });
