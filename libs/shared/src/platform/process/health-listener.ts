import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Registry } from 'prom-client';
import { TrustedProxies } from '../http/client-address.js';
import { Connections } from '../http/connections.js';
import { METRICS_PATH, type MetricsPage } from '../metrics/metrics-page.js';

/** Clients here are probes and scrapers: few, near and quick. */
const LIMITS = { total: 256, each: 64 };
/** A probe's request is one packet. */
const REQUEST_TIMEOUT_MS = 5_000;
const TIMEOUT_CHECK_MS = 1_000;
/** A scrape of every stream and consumer takes 2 s at most while the log is unreachable. */
const SILENT_MS = 15_000;
const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** The listener's data: status 503 if `not ready`; the report is the body. */
interface HealthSource {
  report(): Promise<{ readonly status: string }>;
}

export interface HealthListening {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/**
 * `/health/live`, `/health/ready` and `/metrics` on a port that callers cannot reach. An orchestrator gets responses while the callers'
 * port is flooded, and tenant names stay private.
 */
export class HealthListener implements OnApplicationShutdown {
  private readonly server = createServer(
    { headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    (request, response) => void this.answer(request, response),
  );

  constructor(
    private readonly health: HealthSource,
    private readonly page: MetricsPage,
    private readonly listening: HealthListening,
  ) {
    new Connections(LIMITS, new TrustedProxies([])).watch(this.server);
    this.server.setTimeout(SILENT_MS);
  }

  /** @throws Error when the port is in use */
  async listen(): Promise<void> {
    this.server.listen(this.listening.port, this.listening.host);
    await once(this.server, 'listening');
  }

  /** Its address, such as `http://127.0.0.1:3100`; a listener on all interfaces also listens on loopback. */
  get url(): string {
    const { port, address, family } = this.server.address() as AddressInfo;
    const isEverywhere = address === '0.0.0.0' || address === '::';
    const shown = isEverywhere ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address;
    return `http://${shown}:${port}`;
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = url.split('?', 1);
    if (method !== 'GET' && method !== 'HEAD') send(response, 405, 'Only GET and HEAD are known here.\n');
    else if (path === '/health/live') sendJson(response, 200, { status: 'live' });
    else if (path === '/health/ready') {
      const report = await this.health.report();
      sendJson(response, report.status === 'not ready' ? 503 : 200, report);
    } else if (path === METRICS_PATH) await this.metrics(headers.authorization, response);
    else send(response, 404, 'There are /health/live, /health/ready and /metrics.\n');
  }

  private async metrics(authorization: string | undefined, response: ServerResponse): Promise<void> {
    if (!this.page.admits(authorization)) send(response, 401, 'The header Authorization must be Bearer and METRICS_TOKEN.\n');
    else
      await this.page.text().then(
        (text) => send(response, 200, text, Registry.PROMETHEUS_CONTENT_TYPE),
        (thrown: unknown) => send(response, 500, `The metrics could not be collected: ${String(thrown)}\n`),
      );
  }
}

const sendJson = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, JSON.stringify(body), 'application/json; charset=utf-8');

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { ...ALWAYS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
