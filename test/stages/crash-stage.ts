import { jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { saleSubject } from '#shared/event-store/event-store.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { DECIDER_SETS, deciderSet } from '#shared/platform/topology/consumers.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import type { Broker } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Caller, Heard } from '../harness/caller.js';
import { recordedIn } from '../harness/recorded.js';
import type { Log } from './selling.js';

/**
 * A caller repeats a request with the same key until it has an answer, at the earliest after five seconds, when the service answers 202.
 * Hundreds of earlier repeats would keep a slow machine from answering any.
 */
const RETRIES = { tries: 500, timeoutMs: 7_000, pauseMs: 250 };
/** A command of a killed process is redelivered after five seconds; the rest is a busy machine. */
const SETTLED_MS = 60_000;
export const SILENT = createLogger('purchase', 'silent');

/** The purchase app's settings when it reaches the server at `url`. */
export const settingsAt = (server: Broker, url: string): Environment =>
  readEnvironment({
    NATS_URL: url,
    NATS_PASSWORD: server.credentials('purchase').pass,
    NATS_EDGE_PASSWORD: server.credentials('edge').pass,
  });

export const startAt = (server: Broker, url: string): Promise<NestFastifyApplication> => startPurchase(settingsAt(server, url), SILENT);

/** Repeats a request with the same key until it is decided, whatever happens meanwhile. */
export const askUntilSettled = (caller: Caller, sale: string, more: object, key: string): Promise<Heard> =>
  caller.askUntilSettled('order.place', { sale, buyer: key, ...more }, key, RETRIES);

export interface Told {
  /** The key hash of every decision on an order. */
  readonly decisions: readonly string[];
  readonly orders: readonly string[];
  /** Every unit that went to an order. */
  readonly units: readonly string[];
}

/** The log's events of a sale of tenant demo. */
export async function toldOf(log: Pick<Log, 'admin'>, sale: string): Promise<Told> {
  const events = await recordedIn(log, saleSubject('demo', sale));
  const placed = events.flatMap((event) => (event.type === 'OrderPlaced' ? [event.data] : []));
  return {
    decisions: events.flatMap((event) =>
      event.type === 'CommandDecided' && event.data.operation === 'order.place' ? [event.data.keyHash] : [],
    ),
    orders: placed.map(({ order }) => order),
    units: placed.flatMap(({ tickets }) => tickets.map(({ unit }) => unit)),
  };
}

/** How many there are, and how many different ones. */
export const counted = (all: readonly string[]): readonly [number, number] => [all.length, new Set(all).size];

/** Resolves when every command that lies in COMMANDS has been handed out and is settled. */
export async function commandsSettled(log: Pick<Log, 'admin'>): Promise<void> {
  const jsm = await jetstreamManager(log.admin);
  const looks = async (): Promise<boolean> => {
    const sets = await Promise.all(Array.from({ length: DECIDER_SETS }, (_, set) => jsm.consumers.info('COMMANDS', deciderSet(set))));
    return sets.every(({ num_pending, num_ack_pending }) => num_pending === 0 && num_ack_pending === 0);
  };
  await waitFor(looks, { what: 'every command is settled', timeoutMs: SETTLED_MS });
}
