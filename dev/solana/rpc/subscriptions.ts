import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Bank } from '../bank/bank.js';
import { COMMITMENTS, type Commitment } from '../bank/commitment.js';
import { inContext } from './methods/params.js';
import { RPC_CODES } from './rpc-error.js';

/** A subscription is a hundred bytes of JSON. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const NORMAL_CLOSURE = 1000;
/** A live client answers the close frame in far less. */
const CLOSE_GRACE_MS = 300;
const INVALID_PARAMS = { error: { code: RPC_CODES.invalidParams, message: 'Invalid params' } };
/** The limit that public clusters set for one connection. */
const MAX_SUBSCRIPTIONS = 1_000;

interface Subscription {
  readonly id: number;
  readonly socket: WebSocket;
  readonly signature: string;
  readonly commitment: Commitment;
}

const call = z.object({ id: z.union([z.number(), z.string()]).nullish(), method: z.string(), params: z.unknown().optional() });
const subscribeParams = z.tuple([z.string(), z.looseObject({ commitment: z.enum(COMMITMENTS).nullish() }).nullish()]);
const unsubscribeParams = z.tuple([z.number()]);

/** signatureSubscribe and its one notification when the commitment is reached; `confirmTransaction` waits for it. */
export class Subscriptions {
  private readonly open = new Map<number, Subscription>();
  private readonly sockets: WebSocketServer;
  private readonly stopListening: () => void;
  private lastId = 0;

  constructor(
    server: Server,
    private readonly bank: Bank,
  ) {
    this.sockets = new WebSocketServer({ server, maxPayload: MAX_MESSAGE_BYTES });
    this.sockets.on('connection', (socket) => this.accept(socket));
    this.stopListening = bank.onChange(() => this.notify());
  }

  /** Closes with code 1000, the only code after which web3.js does not reconnect for ever. */
  stop(): void {
    this.stopListening();
    for (const socket of this.sockets.clients) {
      socket.close(NORMAL_CLOSURE);
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    }
  }

  private accept(socket: WebSocket): void {
    socket.on('message', (data: unknown) => this.receive(socket, String(data)));
    socket.on('error', (cause) => console.error('local solana: websocket failed', cause));
    socket.on('close', () => {
      for (const { id, socket: theirs } of this.open.values()) if (theirs === socket) this.open.delete(id);
    });
  }

  private receive(socket: WebSocket, text: string): void {
    const request = call.safeParse(parseJson(text));
    if (!request.success) {
      say(socket, { error: { code: RPC_CODES.invalidRequest, message: 'Invalid request' }, id: null });
      return;
    }
    const { id, method, params } = request.data;
    // A message without an id (the ping of web3.js) needs no response.
    if (id === undefined || id === null) return;
    say(socket, { ...this.answer(socket, method, params), id });
    this.notify();
  }

  private answer(socket: WebSocket, method: string, params: unknown): object {
    if (method === 'signatureSubscribe') {
      const checked = subscribeParams.safeParse(params);
      return checked.success ? this.subscribe(socket, checked.data) : INVALID_PARAMS;
    }
    if (method === 'signatureUnsubscribe') {
      const checked = unsubscribeParams.safeParse(params);
      return checked.success ? { result: this.open.delete(checked.data[0]) } : INVALID_PARAMS;
    }
    return { error: { code: RPC_CODES.methodNotFound, message: 'Method not found' } };
  }

  private subscribe(socket: WebSocket, [signature, config]: z.infer<typeof subscribeParams>): object {
    if (this.open.size >= MAX_SUBSCRIPTIONS) return { error: { code: RPC_CODES.internal, message: 'Too many subscriptions' } };
    this.lastId += 1;
    this.open.set(this.lastId, { id: this.lastId, socket, signature, commitment: config?.commitment ?? 'finalized' });
    return { result: this.lastId };
  }

  private notify(): void {
    for (const { id, socket, signature, commitment } of this.open.values()) {
      const landed = this.bank.state.signatures.get(signature);
      const slot = this.bank.slotAt(commitment);
      if (landed === undefined || landed.slot > slot) continue;
      this.open.delete(id);
      const params = { result: inContext(slot, { err: landed.err }), subscription: id };
      say(socket, { method: 'signatureNotification', params });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function say(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
}
