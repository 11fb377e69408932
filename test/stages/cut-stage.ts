import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Caller } from '../harness/caller.js';
import { ClusterStage, NODES } from './cluster-stage.js';
import { type Damage, NetworkCuts } from './network-cuts.js';

/** Three servers between which the network can be cut, a purchase app and a caller on the one that is cut off, and one of each on another. */
export class CutStage extends ClusterStage {
  /** The name of the server that is cut off. */
  island!: string;
  /** The name of the server by which those on the other side are connected. */
  mainland!: string;

  constructor(private readonly network = new NetworkCuts()) {
    super(NODES.length, network);
  }

  get islander(): Caller {
    return this.callers[0] as Caller;
  }

  get mainlander(): Caller {
    return this.callers[1] as Caller;
  }

  get mainlandApp(): NestFastifyApplication {
    return this.apps[1] as NestFastifyApplication;
  }

  /** The admin is on the mainland: it reports the streams as the two other servers see them. */
  override async sell(): Promise<void> {
    this.mainland = this.log.admin.info?.server_name ?? '';
    this.island = NODES.find((name) => name !== this.mainland) as string;
    await this.sellBy(this.log.server.node(this.island));
  }

  /**
   * Created after those on the island: until the first cut the island's process decides, because a consumer is pinned to its first process.
   */
  sellOnMainland(): Promise<void> {
    return this.sellBy(this.log.server.node(this.mainland));
  }

  /** Nothing passes between the island and the others, whichever side made the connection. */
  cutOff(damage: Damage): void {
    this.network.isolate(this.island, damage);
  }

  /** Resolves when every server has everything in these streams again. */
  async heal(...streams: readonly string[]): Promise<void> {
    this.network.heal();
    for (const stream of streams) await this.isCopied(stream);
  }
}
