import { randomUUID } from 'node:crypto';
import type { ConsumerMessages } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Delivery } from '#shared/consumer/delivery.js';
import { JetStreamSource } from '#shared/platform/messaging/jetstream-source.js';
import type { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { inboxOf } from '#shared/platform/topology/accounts.js';
import { DECIDER_GROUP, deciderSets } from '#shared/platform/topology/consumers.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import { type Beat, readBeat, SetShares } from './set-shares.js';

/** The subject on which purchase processes exchange heartbeats: below their own inbox, which no other user may subscribe to. */
export const BEATS_SUBJECT = `${inboxOf('purchase')}.deciders`;
const BEAT_MS = 500;
/** A process that stops waits so long for the others to pull its sets. They need one beat. */
const HAND_OVER_MS = 1_500;
const LOOK_MS = 20;
/** Commands that a process asks for at once for each set of buckets. */
const COMMANDS_AT_ONCE = 1_000;
const UNPIN_TIMEOUT_MS = 1_000;

export interface DeciderSetsParts {
  readonly connection: NatsConnection;
  readonly take: (delivery: Delivery) => void;
  readonly page: Pick<MetricsPage, 'countsDeliveries'>;
  readonly logger: Logger;
}

/** One set that this process pulls commands from. */
class PulledSet {
  readonly source: JetStreamSource;
  /** Whether the server was asked for commands, and can be reached. */
  isPulling = false;
  /** The pin that the server gave this process, and has not taken back. */
  pin: string | undefined;
  /** The pin that this process returned last. */
  returned: string | undefined;

  constructor({ connection, page, logger, take }: DeciderSetsParts, durable: string) {
    const stream = COMMANDS_STREAM;
    this.source = new JetStreamSource(connection, {
      stream,
      durable,
      group: DECIDER_GROUP,
      maxMessages: COMMANDS_AT_ONCE,
      onPull: (messages) => void this.watch(messages),
      onTrouble: (err) => {
        this.isPulling = false;
        logger.warn({ err, stream, durable }, 'a consumer cannot be reached; tried again');
      },
      onDelivery: page.countsDeliveries(stream, durable),
    });
    void this.pump(take);
  }

  private async pump(take: (delivery: Delivery) => void): Promise<void> {
    for await (const delivery of this.source) take(delivery);
  }

  private async watch(messages: ConsumerMessages): Promise<void> {
    this.isPulling = true;
    this.pin = undefined;
    for await (const status of messages.status()) {
      if (status.type === 'consumer_pinned') this.pin = status.id;
      else if (status.type === 'consumer_unpinned') this.pin = undefined;
    }
  }
}

/**
 * Pulls commands from the sets of buckets that are this process' share. The server hands a set to one process at a time, by a pin. A process
 * that pulls a set of another's share returns the pin, and stops pulling once what was on its way has arrived.
 */
export class DeciderSets implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly self = { process: randomUUID(), startedAt: Date.now() };
  private readonly shares = new SetShares(this.self);
  private readonly pulled = new Map<number, PulledSet>();
  private readonly durables = deciderSets();
  private beats: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(private readonly parts: DeciderSetsParts) {}

  onApplicationBootstrap(): void {
    this.beats = this.parts.connection.subscribe(BEATS_SUBJECT, {
      callback: (error, message) => {
        if (error === null) this.hear(readBeat(message.string()));
      },
    });
    this.timer = setInterval(() => this.turn(), BEAT_MS).unref();
    this.turn();
  }

  /** The number of sets that it pulls. */
  get count(): number {
    return this.pulling().length;
  }

  /** Hands its sets to the other processes, if there are any; then it takes nothing new. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    this.beat({ isLast: true });
    const isHandedOver = (): boolean => this.pulling().every((set) => this.shares.isPulledByAnother(set));
    if (this.shares.processes > 1) await within(HAND_OVER_MS, isHandedOver);
    const pinned = [...this.pulled].filter(([, { pin }]) => pin !== undefined);
    if (this.shares.processes > 1) {
      await Promise.all(pinned.map(([set, one]) => this.unpin(set, one)));
      await within(BEAT_MS, () => pinned.every(([, { pin, returned }]) => pin !== returned));
    }
    await Promise.all([...this.pulled.values()].map(({ source }) => source.stop()));
    this.beats?.unsubscribe();
  }

  private hear(beat: Beat | undefined): void {
    if (beat === undefined) return;
    const isNew = this.shares.hear(beat, performance.now());
    if (this.isStopping) return;
    if (isNew) this.beat(); // it learns at once which sets are pulled
    if (isNew || beat.isLast === true) this.logProcesses();
    this.pullShare();
  }

  private turn(): void {
    const before = this.shares.processes;
    this.shares.forgetGone(performance.now());
    if (this.shares.processes !== before) this.logProcesses();
    this.pullShare();
    for (const [set, one] of this.pulled) if (this.shares.isLeft(set)) this.leave(set, one);
    this.beat();
  }

  private pullShare(): void {
    this.durables.forEach((durable, set) => {
      if (!this.pulled.has(set) && !this.shares.isLeft(set)) this.pulled.set(set, new PulledSet(this.parts, durable));
    });
  }

  /** The owner pulls the set. Deliveries to a process that holds its pin end with the pin; so it is returned one turn before the pull ends. */
  private leave(set: number, one: PulledSet): void {
    if (one.pin !== undefined && one.pin !== one.returned) {
      void this.unpin(set, one);
      return;
    }
    this.pulled.delete(set);
    void one.source.stop();
  }

  private async unpin(set: number, one: PulledSet): Promise<void> {
    one.returned = one.pin;
    const durable = this.durables[set];
    try {
      const subject = `$JS.API.CONSUMER.UNPIN.${COMMANDS_STREAM}.${durable}`;
      const answer = await this.parts.connection.request(subject, JSON.stringify({ group: DECIDER_GROUP }), { timeout: UNPIN_TIMEOUT_MS });
      const { error } = answer.json<{ readonly error?: { readonly description: string } }>();
      if (error !== undefined) throw new Error(error.description);
    } catch (err) {
      this.parts.logger.warn({ err, durable }, 'a pin could not be returned; the server gives it to another process within seconds');
    }
  }

  private pulling(): number[] {
    return [...this.pulled].filter(([, { isPulling }]) => isPulling).map(([set]) => set);
  }

  private beat(more: Pick<Beat, 'isLast'> = {}): void {
    if (this.parts.connection.isClosed()) return;
    this.parts.connection.publish(BEATS_SUBJECT, JSON.stringify({ ...this.self, sets: this.pulling(), ...more } satisfies Beat));
  }

  private logProcesses(): void {
    this.parts.logger.info({ processes: this.shares.processes }, 'the purchase processes that share the commands changed');
  }
}

async function within(limitMs: number, isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + limitMs; !isSo() && performance.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
