import type { ClientBase, Connection, Submittable } from 'pg';

/** What the driver's connection can do and its types leave out. */
interface CopyingConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** `copy … from stdin` with everything that there is to send. */
class CopyIn implements Submittable {
  /** Set by the driver's caller, and wrapped by the driver with the end of its timeout: so it is called, once, in every case. */
  callback: (error?: Error) => void = () => undefined;

  constructor(
    private readonly sql: string,
    private readonly bytes: Buffer,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleCopyInResponse(connection: CopyingConnection): void {
    connection.sendCopyFromChunk(this.bytes);
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // it is over when the server is ready for the next
  }

  handleError(error: Error): void {
    this.callback(error);
    this.callback = () => undefined;
  }

  handleReadyForQuery(): void {
    this.callback();
    this.callback = () => undefined;
  }
}

/** Sends rows in Postgres' text form, one a line. */
export function copyIn(client: ClientBase, sql: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, Buffer.from(text));
    copy.callback = (error) => (error === undefined || error === null ? resolve() : reject(error));
    client.query(copy);
  });
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
export const NULL_CELL = '\\N';

/** One value as COPY reads it. */
export const copyCell = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (letter) => ESCAPED[letter] ?? '') : text;
