import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { createSecureContext, connect as secure } from 'node:tls';

/** The time for the server's first line, or its alert after the handshake: both are sent at once. */
const ANSWER_MS = 2_000;
const NATS_PORT = 4222;

/** Paths of a client certificate and its key, and the prefix of the variables that name them. */
interface ClientCertificate {
  readonly servers: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly variables?: string;
}

/** @returns why the files cannot be used, if so */
export function unusableCertificate({ cert, key, variables = 'NATS' }: ClientCertificate): string | undefined {
  if (cert === undefined || key === undefined) return undefined;
  try {
    createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
    return undefined;
  } catch (thrown) {
    return `${variables}_CERT, ${variables}_KEY: ${cert} and ${key} are no certificate with its key (${reasonOf(thrown)})`;
  }
}

/**
 * The reason for a failed connection to a server that requires a client certificate. The server sends it only as an alert after the
 * handshake, which the client library does not report.
 */
export async function rejectedCertificate(access: ClientCertificate): Promise<string | undefined> {
  const { servers, cert, key, variables = 'NATS' } = access;
  for (const server of servers) {
    const { hostname, port } = new URL(server.includes('://') ? server : `nats://${server}`);
    const socket = createConnection(Number(port || NATS_PORT), hostname.replace(/^\[|\]$/g, ''));
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    try {
      if (!(await asksForCertificate(socket))) continue;
      if (cert === undefined || key === undefined) return `${variables}_CERT, ${variables}_KEY: ${server} asks for a client certificate`;
      const alert = await alertOf(socket, hostname, { cert: readFileSync(cert), key: readFileSync(key) });
      if (alert !== undefined) return `${variables}_CERT: ${server} rejects the client certificate of ${cert} (${alert})`;
    } finally {
      socket.destroy();
    }
  }
  return undefined;
}

/** False while the server is down. */
const asksForCertificate = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once('data', (line) => resolve(/^INFO .*"tls_verify": ?true/.test(line.toString())));
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
  });

const alertOf = (socket: Socket, servername: string, files: { cert: Buffer; key: Buffer }): Promise<string | undefined> =>
  new Promise((resolve) => {
    const options = { socket, servername, ...files, rejectUnauthorized: false }; // sends nothing; the library checks the server
    const wrapped = secure(options, () => wrapped.setTimeout(ANSWER_MS, () => resolve(undefined)));
    wrapped.once('error', (error) => resolve(reasonOf(error)));
    wrapped.once('close', () => resolve(undefined));
  });

const reasonOf = (thrown: unknown): string => (thrown as NodeJS.ErrnoException).code ?? String(thrown);
