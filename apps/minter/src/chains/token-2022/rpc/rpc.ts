import { type AccountInfo, Connection, type PublicKey } from '@solana/web3.js';
import type { z } from 'zod';
import { Fault, isFault } from '#shared/kernel/fault.js';
import type { RpcOutcome } from '../../../metrics.js';
import { accountsAnswer, type Status, statusesAnswer } from './rpc-answers.js';

/** Limits of Solana's RPC for one call. */
const MAX_ACCOUNTS = 100;
const MAX_SIGNATURES = 256;
/** Concurrent calls of one read: enough to hide the round trip, few enough for a public node's rate limit. */
const PARALLEL_CALLS = 4;

const TOO_MANY_REQUESTS = 429;
/** Matches a JSON-RPC response with an error instead of a result: only version and id precede it. */
const IS_ERROR = /^[^[{]*\{(?:"jsonrpc":"2.0",|"id":"?[\w-]+"?,)*"error":/;

type Answered = Pick<Response, 'ok' | 'status' | 'statusText' | 'text'>;
export type OnCall = (method: string, outcome: RpcOutcome, ms: number) => void;

export interface FinalizedHead {
  readonly slot: number;
  readonly height: number;
}

export interface AccountsRead {
  /** All accounts are as of this slot, in the order of the request. */
  readonly slot: number;
  readonly account: AccountInfo<Buffer> | null;
}

/**
 * A client of an RPC node over plain HTTP with its own timeouts. It uses no websocket and no `confirmTransaction`, which reports a
 * finalized transaction as expired when it has no websocket. Any irregularity (timeout, HTML, another shape, 429) is
 * `chain-unreachable`: the outcome is unknown.
 */
export class Rpc {
  readonly connection: Connection;

  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
    private readonly onCall: OnCall = () => undefined,
  ) {
    const patient = (input: string | URL, init?: RequestInit) => this.fetch(input, init);
    // The library's own retries after a 429 would delay a call by 7.5 seconds.
    this.connection = new Connection(url, { commitment: 'finalized', disableRetryOnRateLimit: true, fetch: patient as never });
  }

  /** Sends a request and turns every error into one fault. */
  async ask<T>(what: string, question: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await question(this.connection);
    } catch (cause) {
      if (isFault(cause)) throw cause;
      throw new Fault('chain-unreachable', { asked: what, answer: briefly(cause) }, { cause });
    }
  }

  /** One JSON-RPC call; its response is not parsed. */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await this.fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}: ${text}`);
    return JSON.parse(text);
  }

  /** Slot and block height of the same finalized block. */
  async finalizedHead(): Promise<FinalizedHead> {
    const { absoluteSlot, blockHeight } = await this.ask('getEpochInfo', (connection) => connection.getEpochInfo('finalized'));
    if (blockHeight === undefined) throw new Fault('chain-unreachable', { asked: 'getEpochInfo', answer: 'no block height' });
    return { slot: absoluteSlot, height: blockHeight };
  }

  async statuses(signatures: readonly string[], searchTransactionHistory = false): Promise<readonly (Status | null)[]> {
    return inChunks(signatures, MAX_SIGNATURES, async (chunk) => {
      const { result } = await this.read(statusesAnswer, 'getSignatureStatuses', [chunk, { searchTransactionHistory }]);
      return complete('getSignatureStatuses', chunk, result.value);
    });
  }

  /** Finalized accounts, none older than slot `fromSlot`. */
  async accounts(addresses: readonly PublicKey[], fromSlot: number): Promise<readonly AccountsRead[]> {
    const options = { encoding: 'base64', commitment: 'finalized', minContextSlot: fromSlot };
    return inChunks(addresses, MAX_ACCOUNTS, async (chunk) => {
      const { result } = await this.read(accountsAnswer, 'getMultipleAccounts', [chunk.map((address) => address.toBase58()), options]);
      const { slot } = result.context;
      // Some nodes ignore minContextSlot.
      if (slot < fromSlot) throw new Fault('chain-unreachable', { asked: 'getMultipleAccounts', slot, wanted: fromSlot });
      return complete('getMultipleAccounts', chunk, result.value).map((account) => ({ slot, account }));
    });
  }

  /** Every call to the node uses this. */
  private async fetch(input: string | URL, init?: RequestInit): Promise<Answered> {
    const calledAt = performance.now();
    let outcome: RpcOutcome = 'silent';
    try {
      const answered = await fetchWithin(this.timeoutMs, input, init);
      outcome = await outcomeOf(answered);
      return answered;
    } finally {
      this.onCall(methodOf(init), outcome, performance.now() - calledAt);
    }
  }

  private async read<T>(answer: z.ZodType<T>, method: string, params: readonly unknown[]): Promise<T> {
    return this.ask(method, async () => answer.parse(await this.call(method, params)));
  }
}

/**
 * Returns the response with its whole body, or throws an Error. Without this the library may wait for ever: it ignores thrown values
 * that are not an `Error`, and reads the body without a timeout.
 */
async function fetchWithin(timeoutMs: number, input: string | URL, init?: RequestInit): Promise<Answered> {
  try {
    const response = await fetch(input, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const body = await response.text();
    return { ok: response.ok, status: response.status, statusText: response.statusText, text: async () => body };
  } catch (cause) {
    throw new Error(`no answer within ${timeoutMs} ms, or none at all: ${briefly(cause)}`, { cause });
  }
}

/** Only known methods, so that nothing else becomes a series. */
const methodOf = (init: RequestInit | undefined): string => /"method":"(\w{1,48})"/.exec(String(init?.body))?.[1] ?? 'unknown';

async function outcomeOf({ ok, status, text }: Answered): Promise<RpcOutcome> {
  if (!ok) return status === TOO_MANY_REQUESTS ? 'rate-limited' : 'http-error';
  return IS_ERROR.test(await text()) ? 'refused' : 'ok';
}

function complete<T>(asked: string, questions: readonly unknown[], answers: readonly T[]): readonly T[] {
  if (answers.length === questions.length) return answers;
  throw new Fault('chain-unreachable', { asked, questions: questions.length, answers: answers.length });
}

/** In order, with a few chunks in flight. */
export async function inChunks<Q, A>(
  questions: readonly Q[],
  size: number,
  ask: (chunk: readonly Q[]) => Promise<readonly A[]>,
): Promise<readonly A[]> {
  const answers: A[] = [];
  for (let from = 0; from < questions.length; from += size * PARALLEL_CALLS) {
    const calls: Promise<readonly A[]>[] = [];
    for (let at = from; at < Math.min(from + size * PARALLEL_CALLS, questions.length); at += size) {
      calls.push(ask(questions.slice(at, at + size)));
    }
    for (const chunk of await Promise.all(calls)) answers.push(...chunk);
  }
  return answers;
}

const MAX_REASON = 200;

/** A foreign error in one bounded line, because it may enter the event log. */
export const briefly = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
