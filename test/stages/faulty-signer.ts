import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';

/** Possible faults of a signing service. */
export const SIGNER_FAULTS = ['silent', 'down', 'error', 'html', 'truncated', 'short', 'other-message', 'other-key', 'endless'] as const;
export type SignerFault = (typeof SIGNER_FAULTS)[number];

const LONG_ANSWER = 100_000;

/** A signing service for two keys, which fails as often as a test sets. */
export class FaultySigner {
  readonly payer = Signer.generate().signer;
  readonly authority = Signer.generate().signer;
  /** What happens to the next requests, in this order; then it signs. */
  readonly coming: SignerFault[] = [];
  signed = 0;
  private readonly stranger = Signer.generate().signer;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part.toString('utf8');
      });
      request.on('end', () => this.answer(JSON.parse(body) as { publicKey: string; message: string }, response));
    });
  }

  static async start(): Promise<FaultySigner> {
    const service = new FaultySigner();
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/sign`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private answer({ publicKey, message }: { publicKey: string; message: string }, response: ServerResponse): void {
    const bytes = Buffer.from(message, 'base64');
    const key = publicKey === this.payer.address ? this.payer : this.authority;
    const say = (signature: Buffer): unknown => response.end(JSON.stringify({ signature: signature.toString('base64') }));
    switch (this.coming.shift()) {
      case 'silent':
        return;
      case 'down':
        response.destroy();
        return;
      case 'error':
        response.writeHead(503).end('{"error":"no quorum"}');
        return;
      case 'html':
        response.end('<html><body>Bad gateway</body></html>');
        return;
      case 'truncated':
        response.end(JSON.stringify({ signature: key.sign(bytes).toString('base64') }).slice(0, -20));
        return;
      case 'short':
        return void say(key.sign(bytes).subarray(1));
      case 'other-message':
        return void say(key.sign(Buffer.concat([bytes, Buffer.of(0)])));
      case 'other-key':
        return void say(this.stranger.sign(bytes));
      case 'endless':
        response.end(JSON.stringify({ signature: 'A'.repeat(LONG_ANSWER) }));
        return;
      default:
        this.signed += 1;
        say(key.sign(bytes));
    }
  }
}
