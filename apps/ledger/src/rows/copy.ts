import type { ClientBase, Connection, Submittable } from 'pg';

/** What the driver's connection can do and its types leave out. */
interface CopyingConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** The driver copies what it sends, into a buffer that it makes larger step by step: so it is given parts of this size. */
const CHUNK_BYTES = 256 * 1024;

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
    for (let at = 0; at < this.bytes.length; at += CHUNK_BYTES) connection.sendCopyFromChunk(this.bytes.subarray(at, at + CHUNK_BYTES));
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

/** Sends all there is to copy, in the form that the statement names. The bytes may be used for something else afterwards. */
export function copyIn(client: ClientBase, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(sql, bytes);
    copy.callback = (error) => (error === undefined || error === null ? resolve() : reject(error));
    client.query(copy);
  });
}
