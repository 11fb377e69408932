import { z } from 'zod';
import type { Node } from '../node.js';
import type { RpcError } from '../rpc/rpc-error.js';

/** How a call ends. The last three are a client's view of a broken node, or of a proxy in front of it. */
export type CallResult =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly error: RpcError }
  | { readonly kind: 'late'; readonly afterMs: number; readonly outcome: CallResult }
  | { readonly kind: 'http'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly kind: 'silence' };

export interface FaultedCall {
  readonly node: Node;
  /** Answers the call normally, by this node or by another in its place. */
  readonly proceed: (node?: Node) => CallResult;
  readonly afterSlots: (slots: number, run: () => void) => void;
}

export interface Fault {
  readonly name: string;
  /** The methods that the fault applies to; null for all. */
  readonly methods: readonly string[] | null;
  /** Validates the options and returns the fault's effect on a call. Throws a ZodError on unknown options. */
  readonly arm: (options: unknown) => (call: FaultedCall) => CallResult;
}

export function fault<S extends z.ZodRawShape>(
  name: string,
  methods: readonly string[] | null,
  options: S,
  inject: (call: FaultedCall, options: z.infer<z.ZodObject<S>>) => CallResult,
): Fault {
  const schema = z.strictObject(options);
  return {
    name,
    methods,
    arm: (given) => {
      const checked = schema.parse(given) as z.infer<z.ZodObject<S>>;
      return (call) => inject(call, checked);
    },
  };
}
