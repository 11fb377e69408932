import { type ClusterInfo, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { STREAMS } from '#shared/platform/topology/streams.js';
import type { Broker } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller } from '../harness/caller.js';
import type { NetworkCuts } from './network-cuts.js';
import { ClusterLog, startSelling } from './selling.js';
import { Stage } from './stage.js';

/** An election begins 4 to 9 s after the leader fell silent. On a busy machine it is repeated: each vote waits for the disk. */
const LED_MS = 180_000;
const LOOK_MS = 5_000;
export const NODES: readonly string[] = ['n1', 'n2', 'n3'];
const QUIET = 'silent';

/** A log on three servers, two purchase apps on it, and as many connections of a tenant. */
export class ClusterStage extends Stage {
  log!: ClusterLog;
  readonly apps: NestFastifyApplication[] = [];
  readonly callers: Caller[] = [];

  constructor(
    private readonly copies = NODES.length,
    private readonly cuts?: NetworkCuts,
  ) {
    super();
  }

  override async open(): Promise<void> {
    this.log = await this.standOn(new ClusterLog('cluster', this.copies, this.cuts));
    if (this.copies > 0) await this.sell();
  }

  async sell(): Promise<void> {
    await Promise.all([this.sellBy(this.log.server), this.sellBy(this.log.server)]);
  }

  /** One more purchase app, and a caller, with the given settings of the log. */
  protected async sellBy(broker: Broker): Promise<void> {
    this.apps.push(await this.keep(startSelling(broker, QUIET)));
    this.callers.push(await this.keep(Caller.of(broker, 'demo')));
  }

  /** The name of the server that leads a stream; with `after`, of the next one. */
  async leaderOf(stream: string, after?: string): Promise<string> {
    let leader = '';
    const isLed = async (): Promise<boolean> => {
      leader = (await this.info(stream)).cluster?.leader ?? '';
      return leader !== '' && leader !== after;
    };
    await waitFor(isLed, { what: `${stream} has ${after === undefined ? 'a' : 'another'} leader`, timeoutMs: LED_MS });
    return leader;
  }

  /** @returns the name of the server that was killed */
  async killLeaderOf(stream: string): Promise<string> {
    const leader = await this.leaderOf(stream);
    await this.log.server.node(leader).kill9();
    return leader;
  }

  /** Has the leader hand over until another server leads, or the one of this name. */
  async stepDown(stream: string, to?: string): Promise<void> {
    const first = await this.leaderOf(stream);
    const body = to === undefined ? '' : JSON.stringify({ placement: { preferred: to } });
    const isHandedOver = async (): Promise<boolean> => {
      const leader = (await this.info(stream)).cluster?.leader ?? '';
      if (to === undefined ? leader !== first : leader === to) return leader !== '';
      await this.log.admin.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, body, { timeout: LOOK_MS });
      return false;
    };
    await waitFor(isHandedOver, { what: `${stream} is handed over from ${first} to ${to ?? 'another'}`, timeoutMs: LED_MS });
  }

  /** Resolves when every server has everything that the stream holds. */
  async isCopied(stream: string): Promise<void> {
    const copied = async (): Promise<boolean> => {
      const { cluster } = await this.info(stream);
      return areWhole(cluster);
    };
    await waitFor(copied, { what: `every server has a copy of ${stream}`, timeoutMs: LED_MS });
  }

  /** Resolves when every server has all messages and every consumer position: a server may be lost again. */
  async isWhole(): Promise<void> {
    for (const { name } of STREAMS) await this.isCopied(name);
    for (const { stream, config } of CONSUMERS) {
      const copied = async (): Promise<boolean> => {
        const { cluster } = await (await this.manager()).consumers.info(stream, config.durable_name);
        return areWhole(cluster);
      };
      await waitFor(copied, { what: `every server knows where ${stream}.${config.durable_name} stands`, timeoutMs: LED_MS });
    }
  }

  /** Any responder: while there is no leader, that may be any server with a copy. */
  async info(stream: string) {
    return (await this.manager()).streams.info(stream);
  }

  private manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.log.admin, { checkAPI: false, timeout: LOOK_MS });
  }
}

const areWhole = (cluster: ClusterInfo | undefined): boolean => {
  const others = cluster?.replicas ?? [];
  return others.length === NODES.length - 1 && others.every(({ current, offline, lag }) => current && offline !== true && (lag ?? 0) === 0);
};
