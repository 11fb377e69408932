import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { PublicKey } from '@solana/web3.js';
import { z } from 'zod';
import { Fault, isFault } from '#shared/kernel/fault.js';
import type { TransactionSigner } from '../transaction-signer.js';

/** RFC 8410: the SPKI prefix of a 32-byte Ed25519 public key. */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const SIGNATURE_BYTES = 64;
/** Maximum characters of a response: a signature has 88. */
const MAX_ANSWER = 1_024;

const answer = z.object({ signature: z.string() });

export interface RemoteSignerOptions {
  /** Messages are sent to it: `POST <url>`. */
  readonly url: string;
  /** Sent as a bearer token. Empty: none. */
  readonly token: string;
  /** Timeout of one signature: well within the minute for which a blockhash is valid. */
  readonly timeoutMs: number;
}

/**
 * A service that signs over HTTP: `{"publicKey": base58, "message": base64}` → `{"signature": base64}`. Every signature is verified over
 * the sent bytes, so a signature with a wrong key or of another message counts as no response.
 */
export class RemoteSigner implements TransactionSigner {
  readonly publicKey: PublicKey;
  private readonly key: KeyObject;

  constructor(
    readonly address: string,
    private readonly options: RemoteSignerOptions,
  ) {
    this.publicKey = new PublicKey(address);
    this.key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, this.publicKey.toBytes()]), format: 'der', type: 'spki' });
  }

  async sign(message: Uint8Array): Promise<Buffer> {
    try {
      const signature = await this.ask(message);
      if (signature.length !== SIGNATURE_BYTES) throw this.fault(`a signature of ${signature.length} bytes`);
      if (!verify(null, message, this.key, signature)) throw this.fault('a signature of another message or key');
      return signature;
    } catch (cause) {
      if (isFault(cause)) throw cause;
      throw this.fault(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  private async ask(message: Uint8Array): Promise<Buffer> {
    const { url, token, timeoutMs } = this.options;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ publicKey: this.address, message: Buffer.from(message).toString('base64') }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw this.fault(`status ${response.status}`);
    if (text.length > MAX_ANSWER) throw this.fault(`${text.length} characters`);
    return Buffer.from(answer.parse(JSON.parse(text)).signature, 'base64');
  }

  /** The response text is not shown: it may contain a secret of the service. */
  private fault(answered: string, cause?: unknown): Fault {
    return new Fault('signer-unreachable', { address: this.address, answer: answered.slice(0, MAX_ANSWER) }, { cause });
  }
}
