import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { TransactionSigner } from '../../apps/minter/src/chains/transaction-signer.js';

/** A transaction has 1,232 bytes at most. */
const MAX_BODY_BYTES = 4_096;

const question = z.strictObject({ publicKey: z.string(), message: z.base64() });

export interface SignerServiceOptions {
  readonly keys: readonly TransactionSigner[];
  /** Empty: no authentication, for a socket that no other user reaches. */
  readonly token?: string;
  /** 0: a free port. */
  readonly port?: number;
}

export interface SignerService {
  /** The value for `MINT_SIGNER_URL`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A reference signing service for the minter, to be replaced by one in front of a KMS. `POST /sign` is its only operation. */
export async function startSignerService({ keys, token = '', port = 0 }: SignerServiceOptions): Promise<SignerService> {
  const byAddress = new Map(keys.map((key) => [key.address, key]));
  const server = createServer((request, response) => void answer(request, response, byAddress, token));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sign`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  keys: ReadonlyMap<string, TransactionSigner>,
  token: string,
): Promise<void> {
  const say = (status: number, body: object): unknown =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.method !== 'POST' || request.url !== '/sign') return void say(404, { error: 'POST /sign' });
    if (token !== '' && !isSame(request.headers.authorization ?? '', `Bearer ${token}`))
      return void say(401, { error: 'the token is wrong' });
    const { publicKey, message } = question.parse(JSON.parse(await bodyOf(request)));
    const key = keys.get(publicKey);
    if (key === undefined) return void say(404, { error: 'there is no such key' });
    say(200, { signature: (await key.sign(Buffer.from(message, 'base64'))).toString('base64') });
  } catch (thrown) {
    say(400, { error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`a body has ${MAX_BODY_BYTES} bytes at most`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function isSame(said: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(said), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}
