import { connect, createServer, type Socket } from 'node:net';

export interface Cuts {
  /** After this many chunks from the client, the connection breaks before the server has it. */
  readonly everyRequest: number;
  /** After this many chunks from the server, the connection breaks before the client has it. */
  readonly everyAnswer: number;
}

/**
 * A proxy between an HTTP client and its server that breaks connections: sometimes before a request arrives, sometimes before its answer
 * arrives.
 */
export class CuttingProxy {
  cut = 0;
  private requests = 0;
  private answers = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.join(client));

  private constructor(
    private readonly target: number,
    private readonly cuts: Cuts,
  ) {}

  static async before(target: number, cuts: Cuts): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target, cuts);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    this.carry(client, server, () => ++this.requests % this.cuts.everyRequest === 0);
    this.carry(server, client, () => ++this.answers % this.cuts.everyAnswer === 0);
  }

  private carry(from: Socket, to: Socket, breaks: () => boolean): void {
    this.sockets.add(from);
    from.on('data', (chunk: Buffer) => {
      if (!breaks()) to.write(chunk);
      else {
        this.cut += 1;
        from.destroy();
        to.destroy();
      }
    });
    from.on('error', () => to.destroy()); // the other end must notice too
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }
}
