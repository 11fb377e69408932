import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** `/<tenant>/<kind>/<sale>` */
  readonly source: string;
  readonly type: string;
  readonly accepted: boolean;
}

/** The status of an answer, or how it is answered otherwise. */
export type Answering = (received: Omit<Received, 'accepted'>, response: ServerResponse) => number | Promise<number>;

/** A back end that takes webhooks over HTTP: it remembers every attempt, and answers as the test wants. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    public answering: Answering,
  ) {}

  static async open(answering: Answering = () => 204): Promise<WebhookReceiver> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new WebhookReceiver(server, answering);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void receiver.serve(request, response));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** Those that were accepted for the first time, in their order. */
  get accepted(): readonly Received[] {
    const seen = new Set<string>();
    return this.received.filter(({ id, accepted }) => accepted && !seen.has(id) && seen.add(id));
  }

  /** Whether a delivery is signed by this secret. */
  static isSignedBy(secret: string, { text, headers }: Received): boolean {
    try {
      new Webhook(secret).verify(text, headers);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    for (const end of this.waiting) end();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { source, type } = JSON.parse(text) as Received;
    const received = { id: String(request.headers['webhook-id']), headers: request.headers as Record<string, string>, text, source, type };
    const status = await this.answering(received, response);
    this.received.push({ ...received, accepted: status >= 200 && status < 300 });
    if (!response.headersSent && !response.destroyed) response.writeHead(status).end();
  }
}
