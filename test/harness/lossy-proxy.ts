import { connect, createServer, type Socket } from 'node:net';
import { headers, type NatsConnection } from '@nats-io/transport-node';

/** One message of the NATS protocol on its way: its control line (`PUB …`, `MSG …`), and its payload with headers. */
export interface Frame {
  readonly line: string;
  readonly payload: string;
}

/** `up`: from the client to the server. `down`: from the server to the client. */
export type Direction = 'up' | 'down';

type Victim = { readonly direction: Direction; readonly matches: (frame: Frame) => boolean; readonly lost: (frame: Frame) => void };

/** A server that is there answers a publish within this. */
const ARRIVAL_MS = 30_000;
const END = Buffer.from('\r\n');
const WITH_PAYLOAD = /^(?:PUB|HPUB|MSG|HMSG) /;

/** A proxy between a NATS client and its server that loses messages on demand: an answer, or a request. */
export class LossyProxy {
  private readonly sockets = new Set<Socket>();
  private readonly victims: Victim[] = [];
  private isCut = false;
  private readonly server = createServer((client) => this.join(client));

  private constructor(private readonly target: number) {}

  static async before(target: number): Promise<LossyProxy> {
    const proxy = new LossyProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return `nats://127.0.0.1:${address.port}`;
  }

  /** Loses the next message that matches, and resolves with it. */
  loseNext(direction: Direction, matches: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve) => this.victims.push({ direction, matches, lost: resolve }));
  }

  /** Ends every connection and accepts none, like a pulled cable. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    if (this.isCut) {
      client.destroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    this.carry(client, server, 'up');
    this.carry(server, client, 'down');
  }

  private carry(from: Socket, to: Socket, direction: Direction): void {
    this.sockets.add(from);
    let held: Buffer = Buffer.alloc(0);
    from.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (let frame = firstFrame(held); frame !== undefined; frame = firstFrame(held)) {
        const bytes = held.subarray(0, frame.length);
        held = held.subarray(frame.length);
        if (!this.loses(direction, frame)) to.write(bytes);
      }
    });
    from.on('error', () => to.destroy()); // a killed server resets its connections: the client sees the same
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
  }

  private loses(direction: Direction, frame: Frame): boolean {
    const index = this.victims.findIndex((victim) => victim.direction === direction && victim.matches(frame));
    const [victim] = index < 0 ? [] : this.victims.splice(index, 1);
    victim?.lost(frame);
    return victim !== undefined;
  }
}

/** The first whole message of a stream of bytes, or `undefined` until the rest of it has come. */
function firstFrame(bytes: Buffer): (Frame & { readonly length: number }) | undefined {
  const end = bytes.indexOf(END);
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', 0, end);
  const start = end + END.length;
  if (!WITH_PAYLOAD.test(line)) return { line, payload: '', length: start };
  const size = Number(line.slice(line.lastIndexOf(' ') + 1));
  const length = start + size + END.length;
  return bytes.length < length ? undefined : { line, payload: bytes.toString('utf8', start, start + size), length };
}

/** A lost message with headers arrives at the server after all, late. Resolves with the server's response. */
export async function arrives(connection: NatsConnection, { line, payload }: Frame): Promise<unknown> {
  const [, subject = ''] = line.split(' ');
  const [head = '', body] = payload.split('\r\n\r\n');
  const [, ...fields] = head.split('\r\n');
  const carried = headers();
  for (const field of fields) carried.append(field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim());
  return (await connection.request(subject, body, { headers: carried, timeout: ARRIVAL_MS })).json();
}
