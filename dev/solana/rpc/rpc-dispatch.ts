import type { CallResult } from '../faults/fault.js';
import type { FaultSwitches } from '../faults/fault-switches.js';
import type { Node } from '../node.js';
import { RPC_METHODS } from './methods/table.js';
import { RPC_CODES, RpcError } from './rpc-error.js';

/** A batch of reads for a few thousand pending signatures; more is a mistake of the caller. */
const MAX_BATCH = 1_000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `null`: the connection stays open and no response follows. */
export type Answer = HttpAnswer | null;

type AfterSlots = (slots: number, run: () => void) => void;
type Reply = { readonly envelope: unknown } | { readonly http: Answer };

/** Turns a request body, one call or a batch, into the response, with the faults that apply. */
export class RpcDispatch {
  constructor(
    private readonly node: Node,
    private readonly switches: FaultSwitches,
    private readonly afterSlots: AfterSlots,
  ) {}

  async answer(body: string): Promise<Answer> {
    let request: unknown;
    try {
      request = JSON.parse(body);
    } catch {
      return json(errorEnvelope(null, new RpcError(RPC_CODES.parse, 'Parse error')));
    }
    if (!Array.isArray(request)) {
      const reply = await this.reply(request);
      return 'http' in reply ? reply.http : json(reply.envelope);
    }
    if (request.length === 0 || request.length > MAX_BATCH)
      return json(errorEnvelope(null, new RpcError(RPC_CODES.invalidRequest, 'Invalid request')));
    const replies = await Promise.all(request.map((one) => this.reply(one)));
    const broken = replies.find((reply) => 'http' in reply);
    return broken === undefined ? json(replies.map((reply) => ('envelope' in reply ? reply.envelope : null))) : broken.http;
  }

  private async reply(request: unknown): Promise<Reply> {
    if (!isCall(request)) return { envelope: errorEnvelope(null, new RpcError(RPC_CODES.invalidRequest, 'Invalid request')) };
    const id = request.id ?? null;
    let outcome = this.call(request.method, request.params);
    while (outcome.kind === 'late') {
      const { afterMs } = outcome;
      await new Promise((resolve) => setTimeout(resolve, afterMs).unref());
      outcome = outcome.outcome;
    }
    switch (outcome.kind) {
      case 'result':
        return { envelope: { jsonrpc: '2.0', result: outcome.result, id } };
      case 'error':
        return { envelope: errorEnvelope(id, outcome.error) };
      case 'http':
        return { http: outcome };
      case 'silence':
        return { http: null };
    }
  }

  private call(method: string, params: unknown): CallResult {
    const striking = this.switches.striking(method);
    const from = (index: number, node: Node): CallResult => {
      const inject = striking[index];
      if (inject === undefined) return run(method, params, node);
      return inject({ node, proceed: (other) => from(index + 1, other ?? node), afterSlots: this.afterSlots });
    };
    return from(0, this.node);
  }
}

function run(name: string, params: unknown, node: Node): CallResult {
  const method = RPC_METHODS.get(name);
  if (method === undefined) return { kind: 'error', error: new RpcError(RPC_CODES.methodNotFound, 'Method not found') };
  try {
    return { kind: 'result', result: method(node, params) };
  } catch (cause) {
    if (cause instanceof RpcError) return { kind: 'error', error: cause };
    console.error(`local solana: ${name} failed`, cause);
    return {
      kind: 'error',
      error: new RpcError(RPC_CODES.internal, `Internal error: ${cause instanceof Error ? cause.message : String(cause)}`),
    };
  }
}

interface Call {
  readonly method: string;
  readonly params?: unknown;
  readonly id?: unknown;
}

function isCall(request: unknown): request is Call {
  return typeof request === 'object' && request !== null && 'method' in request && typeof request.method === 'string';
}

function errorEnvelope(id: unknown, { code, message, data }: RpcError): unknown {
  return { jsonrpc: '2.0', error: data === undefined ? { code, message } : { code, message, data }, id };
}

function json(value: unknown): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}
