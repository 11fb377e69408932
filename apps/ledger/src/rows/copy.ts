import type { ClientBase, Connection, Submittable } from 'pg';

/** Functions of the driver's connection that its types omit. */
interface CopyingConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** The driver copies its input into a buffer that grows stepwise, so it gets parts of this size. */
const CHUNK_BYTES = 256 * 1024;

/** `copy … from stdin` with all data at once. */
class CopyIn implements Submittable {
  /** The driver sets and wraps it with its timeout's end, so it must be called exactly once in every case. */
  callback: (error?: Error) => void = () => undefined;

  constructor(
    private readonly sql: string,
    private readonly bytes: Buffer,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  handleCopyInResponse(connection: CopyingConnection): void {
    for (let at = 0; at < this.bytes.length; at += CHUNK_BYTES) connection.sendCopyFromChunk(this.bytes.subarray(at, at + CHUNK_BYTES));
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {
    // it is over when the server is ready for the next query
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

/** Copies the data in the format that the statement names. Afterwards the buffer may be reused. */
export function copyIn(client: ClientBase, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, bytes);
    copy.callback = (error) => (error === undefined || error === null ? resolve() : reject(error));
    client.query(copy);
  });
}
