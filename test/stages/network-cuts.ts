import { connect, createServer, type Server, type Socket } from 'node:net';
import type { RouteVia } from '../../dev/nats/cluster.js';

/** `severed`: every connection breaks and none is made. `dark`: connections stay, and nothing comes through them until the line is open again. */
export type Damage = 'severed' | 'dark';

/** A connection from one server to another, both halves of it. */
interface Joined {
  readonly caller: Socket;
  readonly called: Socket;
}

/** One server's connections to another: both directions on the connections that it made. */
class Line {
  private damage: Damage | undefined;
  private readonly joined = new Set<Joined>();
  private readonly server: Server;

  constructor(
    readonly from: string,
    readonly to: string,
    private readonly target: number,
  ) {
    this.server = createServer((caller) => this.join(caller));
  }

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error(`the line from ${this.from} to ${this.to} does not listen`);
    return address.port;
  }

  break(damage: Damage): void {
    this.damage = damage;
    for (const { caller, called } of this.joined) {
      for (const socket of [caller, called]) {
        if (damage === 'severed') socket.destroy();
        else socket.pause();
      }
    }
  }

  /** Held messages arrive now, late; so do the ends of connections that closed meanwhile. */
  mend(): void {
    this.damage = undefined;
    for (const { caller, called } of this.joined) {
      caller.resume();
      called.resume();
    }
  }

  async close(): Promise<void> {
    this.break('severed');
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(caller: Socket): void {
    if (this.damage === 'severed') {
      caller.destroy();
      return;
    }
    const joined = { caller, called: connect(this.target, '127.0.0.1') };
    this.joined.add(joined);
    this.carry(joined, caller, joined.called);
    this.carry(joined, joined.called, caller);
  }

  private carry(joined: Joined, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => to.write(chunk));
    if (this.damage === 'dark') from.pause();
    from.on('error', () => to.destroy()); // a killed server resets its connections: the other end sees the same
    from.on('close', () => {
      this.joined.delete(joined);
      to.destroy();
    });
  }
}

/**
 * The network between the servers of a cluster: a line for each pair and direction, which a test can cut and restore. Clients do not use
 * it.
 */
export class NetworkCuts {
  private readonly lines: Line[] = [];

  /** The address at which a server reaches another. */
  readonly via: RouteVia = async (from, to, port) => {
    const line = new Line(from, to, port);
    this.lines.push(line);
    return line.open();
  };

  /** Nothing passes between this server and the others, whichever side made the connection. */
  isolate(name: string, damage: Damage): void {
    for (const line of this.lines) if (line.from === name || line.to === name) line.break(damage);
  }

  heal(): void {
    for (const line of this.lines) line.mend();
  }

  async stop(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.close()));
  }
}
