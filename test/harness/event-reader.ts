/** One server-sent event. */
export interface HeardEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly id: string; readonly source: string; readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

/** Reads a stream of events as `EventSource` does: lines, ids, comments. */
export class EventReader {
  /** The id to resume with. */
  lastId = '';
  /** The place before the first event. */
  firstId = '';
  readonly comments: string[] = [];
  private readonly ended = new AbortController();
  private held = '';

  private constructor(private readonly chunks: AsyncIterator<Uint8Array>) {}

  /** @returns the reader, or the answer of a server that opened no stream */
  static async open(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader | Response> {
    const ended = new AbortController();
    const response = await fetch(url, { headers, signal: ended.signal });
    if (!(response.headers.get('Content-Type') ?? '').startsWith('text/event-stream') || response.body === null) return response;
    const reader = new EventReader((response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]());
    reader.ended.signal.addEventListener('abort', () => ended.abort());
    return reader;
  }

  /** The next event, or `undefined` when the server ended or dropped the stream. */
  async next(): Promise<HeardEvent | undefined> {
    for (;;) {
      const end = this.held.indexOf('\n\n');
      if (end >= 0) {
        const event = this.read(this.held.slice(0, end));
        this.held = this.held.slice(end + 2);
        if (event !== undefined) return event;
      } else if (!(await this.more())) return undefined;
    }
  }

  async take(count: number): Promise<HeardEvent[]> {
    const events: HeardEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error(`the stream ended after ${events.length} of ${count} events`);
      events.push(event);
    }
    return events;
  }

  /** Leaves, as a client does whose connection breaks. */
  leave(): void {
    this.ended.abort();
  }

  private async more(): Promise<boolean> {
    try {
      const { done, value } = await this.chunks.next();
      if (done === true) return false;
      this.held += Buffer.from(value).toString('utf8');
      return true;
    } catch {
      return false; // the connection broke
    }
  }

  private read(block: string): HeardEvent | undefined {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments.push(line.slice(1).trim());
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const id = fields.get('id');
    if (id !== undefined) {
      this.lastId = id;
      this.firstId ||= id;
    }
    const data = fields.get('data');
    return data === undefined ? undefined : { id: id ?? '', type: fields.get('event') ?? '', data: JSON.parse(data) as HeardEvent['data'] };
  }
}
