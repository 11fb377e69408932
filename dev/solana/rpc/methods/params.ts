import { z } from 'zod';
import { decodeBase58 } from '#shared/kernel/base58.js';
import { COMMITMENTS, type Commitment } from '../../bank/commitment.js';
import type { Node } from '../../node.js';
import { invalidParams, RPC_CODES, RpcError } from '../rpc-error.js';

const ADDRESS_BYTES = 32;
const SIGNATURE_BYTES = 64;

const base58Of = (bytes: number, what: string) =>
  z.string().refine((text) => text.length <= 2 * bytes && decodeBase58(text)?.length === bytes, `Invalid param: ${what}`);

export const address = base58Of(ADDRESS_BYTES, 'not an address');
export const signature = base58Of(SIGNATURE_BYTES, 'not a signature');
export const slotNumber = z.number().int().nonnegative();

/** Accepts unknown members, as a real node does: clients send newer options. */
export const viewConfig = z.looseObject({
  commitment: z.enum(COMMITMENTS).nullish(),
  minContextSlot: slotNumber.nullish(),
});

export const accountConfig = viewConfig.extend({
  encoding: z.enum(['base58', 'base64', 'jsonParsed']).nullish(),
  dataSlice: z.object({ offset: slotNumber, length: slotNumber }).nullish(),
});

export interface View {
  readonly commitment: Commitment;
  readonly slot: number;
}

interface ViewConfig {
  readonly commitment?: Commitment | null | undefined;
  readonly minContextSlot?: number | null | undefined;
}

/** The slot that a request reads: that of its commitment, by default finalized. */
export function viewOf(node: Node, config: ViewConfig | null | undefined): View {
  const commitment = config?.commitment ?? 'finalized';
  const slot = node.slotAt(commitment);
  const atLeast = config?.minContextSlot ?? 0;
  if (slot < atLeast) throw new RpcError(RPC_CODES.minContextSlot, 'Minimum context slot has not been reached', { contextSlot: slot });
  return { commitment, slot };
}

export const API_VERSION = '2.3.0';

export interface Contextual<T> {
  readonly context: { readonly apiVersion: string; readonly slot: number };
  readonly value: T;
}

export function inContext<T>(slot: number, value: T): Contextual<T> {
  return { context: { apiVersion: API_VERSION, slot }, value };
}

export type Method = (node: Node, params: unknown) => unknown;

/** A method with validated parameters; trailing ones may be omitted or null. */
export function method<S extends z.ZodType>(schema: S, answer: (node: Node, params: z.infer<S>) => unknown): Method {
  return (node, params) => {
    const checked = schema.safeParse(params ?? []);
    if (checked.success) return answer(node, checked.data);
    const issue = checked.error.issues[0];
    throw invalidParams(`Invalid params: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`);
  };
}
