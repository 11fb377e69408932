/** Who is signed in: an organiser by an API key, or an operator by a token, with a key that only reads for the tenant that is shown. */
export interface Session {
  readonly apiKey?: string;
  readonly token?: string;
  readonly tenant?: string;
}

const STORED = 'admit-console';

/** Gone when the tab is closed, and never a cookie: no other page can use it. */
export function storedSession(): Session | undefined {
  const text = sessionStorage.getItem(STORED);
  return text === null ? undefined : (JSON.parse(text) as Session);
}

export function storeSession(session: Session | undefined): void {
  if (session === undefined) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, JSON.stringify(session));
}

/** A problem that the service answered, or that it did not answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const NO_RESPONSE = 'The console does not respond. Is it running?';

async function ask(path: string, secret: string | undefined, init: RequestInit = {}): Promise<Response> {
  const headers = { ...(init.headers as Record<string, string>), ...(secret !== undefined && { Authorization: `Bearer ${secret}` }) };
  const response = await fetch(path, { ...init, headers, credentials: 'omit', cache: 'no-store' }).catch((cause: unknown) => {
    if (init.signal?.aborted === true) throw cause;
    throw new Problem(0, 'no-response', NO_RESPONSE);
  });
  if (response.ok || response.status === 304) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; title?: string; detail?: string };
  const said = [problem.title, problem.detail].filter((text) => text !== undefined).join(' ');
  throw new Problem(response.status, problem.code ?? 'unknown', said || `The response was ${response.status}.`);
}

const isUnauthorized = (thrown: unknown): boolean => thrown instanceof Problem && thrown.status === 401;

/** Finds out what a secret is good for. @throws Problem when it is for nothing */
export async function signIn(secret: string): Promise<Session> {
  try {
    await ask('/operator/session', secret);
    return { token: secret };
  } catch (thrown) {
    if (!(thrown instanceof Problem) || (thrown.status !== 401 && thrown.status !== 403)) throw thrown;
  }
  await ask('/api/v1/sales?limit=1', secret).catch((thrown: unknown) => {
    if (isUnauthorized(thrown))
      throw new Problem(401, 'unauthorized', 'This is neither an API key nor the operator token of this console.');
    throw thrown;
  });
  return { apiKey: secret };
}

export interface EventOf<Data = Readonly<Record<string, unknown>>> {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: Data;
}

/** Requests of a signed-in page. */
export class Api {
  private renewing: Promise<string> | undefined;

  constructor(
    private session: Session,
    private readonly changed: (session: Session) => void,
  ) {}

  get isOperator(): boolean {
    return this.session.token !== undefined;
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.read(`/api${path}`)).json()) as T;
  }

  /** With an API key; the key of an operator's look only reads. */
  async post<T>(path: string, body: object): Promise<T> {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    return (await (await ask(`/api${path}`, this.session.apiKey, init)).json()) as T;
  }

  /** @returns undefined when the response with this entity tag is still current */
  async getIfChanged<T>(path: string, etag: string): Promise<{ readonly value: T; readonly etag: string } | undefined> {
    const response = await this.read(`/api${path}`, etag === '' ? {} : { headers: { 'If-None-Match': etag } });
    return response.status === 304 ? undefined : { value: (await response.json()) as T, etag: response.headers.get('etag') ?? '' };
  }

  async operator<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } };
    return (await (await ask(`/operator${path}`, this.session.token, init)).json()) as T;
  }

  /** The tenant's events from now on; ends when the connection does. */
  async *events(after: string | undefined, signal: AbortSignal): AsyncGenerator<{ readonly cursor: string; readonly event?: EventOf }> {
    const query = after === undefined ? 'from=now' : `after=${encodeURIComponent(after)}`;
    const response = await this.read(`/api/v1/events?${query}`, { signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) return;
    let text = '';
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const parts = (text + chunk.value).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const fields = new Map(
          part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        );
        const [cursor, data] = [fields.get('id'), fields.get('data')];
        if (cursor !== undefined) yield data === undefined ? { cursor } : { cursor, event: JSON.parse(data) as EventOf };
      }
    }
  }

  /** The key of an operator's look at a tenant ends within the hour; then another is issued. */
  private async read(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      return await ask(path, this.session.apiKey, init);
    } catch (thrown) {
      if (!isUnauthorized(thrown) || this.session.token === undefined || this.session.tenant === undefined) throw thrown;
      return ask(path, await this.renewed(this.session.tenant), init);
    }
  }

  private renewed(tenant: string): Promise<string> {
    this.renewing ??= this.lookAt(tenant).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  /** Shows a tenant to an operator. The apps know a new key within a second. */
  async lookAt(tenant: string): Promise<string> {
    const { apiKey } = await this.operator<{ apiKey: string }>('POST', `/tenants/${encodeURIComponent(tenant)}/read-key`);
    await this.untilKnown(apiKey);
    this.session = { ...this.session, tenant, apiKey };
    this.changed(this.session);
    return apiKey;
  }

  private async untilKnown(apiKey: string): Promise<void> {
    const deadline = Date.now() + KNOWN_MS;
    for (const path of ['/api/v1/sales?limit=1', '/api/v1/ledger/balances?limit=1'])
      while ((await ask(path, apiKey).catch((thrown: unknown) => thrown)) instanceof Problem && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, KNOWN_POLL_MS));
  }
}

const KNOWN_MS = 5_000;
const KNOWN_POLL_MS = 150;
