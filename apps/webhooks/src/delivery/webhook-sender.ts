import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { VERSION } from '#shared/platform/process/version.js';
import { isPublicAddress, literalAddress } from '#shared/platform/webhooks/target.js';
import { AddressRefused, checkedLookup, type Resolve } from './checked-lookup.js';

/** Of an answer, of which only the status counts. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** An unused connection is closed after this; a request ends by its own time limit, which is shorter. */
const IDLE_MS = 30_000;
/** Unused connections to one host. */
const FREE_PER_HOST = 4;
const MS_PER_SECOND = 1_000;
/** The receiver had closed the connection. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** One event for one endpoint. */
export interface Outgoing {
  readonly url: string;
  readonly id: string;
  readonly body: string;
  /** Every secret that is valid now: the receiver may know any of them. */
  readonly secrets: readonly string[];
}

/** `status`: absent where there was no answer. */
export interface SendResult {
  readonly accepted: boolean;
  readonly status?: number;
  readonly error?: string;
  readonly retryAfterMs?: number;
}

/** Sends events as Standard Webhooks. A redirect is an answer like others: it is not followed. */
@Injectable()
export class WebhookSender {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(
    @Inject(ENVIRONMENT) private readonly settings: Pick<Environment, 'WEBHOOK_TARGETS' | 'WEBHOOK_TIMEOUT_MS'>,
    @Optional() resolve?: Resolve,
  ) {
    const lookup = checkedLookup(settings.WEBHOOK_TARGETS, resolve);
    const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: FREE_PER_HOST, lookup };
    this.http = new HttpAgent(options);
    this.https = new HttpsAgent(options);
  }

  /** It does not throw: what goes wrong is the result. */
  async send({ url: text, id, body, secrets }: Outgoing): Promise<SendResult> {
    const url = new URL(text);
    const address = literalAddress(url);
    if (this.settings.WEBHOOK_TARGETS === 'public' && (url.protocol !== 'https:' || (address !== undefined && !isPublicAddress(address))))
      return { accepted: false, error: 'address-refused' };
    const at = new Date();
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': `admit-one/${VERSION}`,
      'webhook-id': id,
      'webhook-timestamp': `${Math.floor(at.getTime() / MS_PER_SECOND)}`,
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    };
    return this.post(url, headers, body);
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private async post(url: URL, headers: Readonly<Record<string, string | number>>, body: string): Promise<SendResult> {
    const signal = AbortSignal.timeout(this.settings.WEBHOOK_TIMEOUT_MS);
    for (;;) {
      const heard = await this.ask(url, { method: 'POST', headers, signal }, body);
      if (!('wasClosed' in heard)) return heard; // a kept connection that the receiver had closed: another one, at once
    }
  }

  private ask(url: URL, options: RequestOptions, body: string): Promise<SendResult | { readonly wasClosed: true }> {
    const isPlain = url.protocol === 'http:';
    return new Promise((resolve) => {
      const asked = isPlain ? httpRequest(url, { ...options, agent: this.http }) : httpsRequest(url, { ...options, agent: this.https });
      asked.once('response', (response) => resolve(resultOf(response)));
      asked.on('error', (thrown: NodeJS.ErrnoException) => {
        resolve(asked.reusedSocket && CLOSED.has(thrown.code ?? '') ? { wasClosed: true } : { accepted: false, error: errorOf(thrown) });
      });
      asked.end(body);
    });
  }
}

/** Reads on in the background, so that the connection can be used again; an answer that is too long closes it. */
function resultOf(response: IncomingMessage): SendResult {
  const status = response.statusCode ?? 0;
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
  response.on('error', () => undefined); // it was cut off, or took too long: its status counts
  const retryAfter = response.headers['retry-after'] ?? '';
  return {
    accepted: status >= 200 && status < 300,
    status,
    ...(/^\d{1,9}$/.test(retryAfter) && { retryAfterMs: Number(retryAfter) * MS_PER_SECOND }),
  };
}

/** What a tenant sees of a failure. */
function errorOf(thrown: NodeJS.ErrnoException): string {
  if (thrown instanceof AddressRefused) return 'address-refused';
  if (thrown.name === 'TimeoutError' || thrown.name === 'AbortError') return 'timeout';
  return thrown.code ?? 'no-answer';
}
