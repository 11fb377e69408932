import { Agent, type IncomingMessage, request } from 'node:http';
import type { Answer } from './selling-stage.js';

/** Calls one HTTP server over connections that are kept, as a back end does. */
export class HttpCaller {
  private agent = new Agent({ keepAlive: true });

  constructor(
    private readonly url: string,
    private readonly head: Readonly<Record<string, string>> = {},
  ) {}

  post(path: string, body: object, key?: string): Promise<Answer> {
    const text = JSON.stringify(body);
    const headers = {
      ...this.head,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      ...(key !== undefined && { 'Idempotency-Key': key }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(`${this.url}${path}`, { method: 'POST', agent: this.agent, headers }, (answer) => read(answer, resolve));
      asked.once('error', reject);
      asked.end(text);
    });
  }

  async get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, { headers: this.head });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** Drops the connections; the next call opens a new one. */
  close(): void {
    this.agent.destroy();
    this.agent = new Agent({ keepAlive: true });
  }
}

function read(answer: IncomingMessage, resolve: (answer: Answer) => void): void {
  const parts: Buffer[] = [];
  answer.on('data', (part: Buffer) => parts.push(part));
  answer.once('end', () =>
    resolve({
      status: answer.statusCode ?? 0,
      text: Buffer.concat(parts).toString('utf8'),
      replayed: answer.headers['x-idempotent-replayed'] === 'true',
    }),
  );
}
