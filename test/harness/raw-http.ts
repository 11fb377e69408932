import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawHeard {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const PATIENCE_MS = 10_000;

/** Sends bytes unchanged and returns the server's bytes until it closes, which no HTTP client would do. */
export async function sendRaw(url: string, bytes: string | Uint8Array): Promise<RawHeard> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let response = '';
  socket.on('data', (chunk: Buffer) => {
    response += chunk.toString('latin1');
  });
  socket.on('error', () => undefined); // a server that resets has sent its answer before
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  const [head = '', body = ''] = response.split('\r\n\r\n', 2);
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body };
}
