/** Faults of sending: the response and the chain disagree. */
import { z } from 'zod';
import { RPC_CODES, RpcError } from '../rpc/rpc-error.js';
import { type Fault, fault } from './fault.js';

const SEND = ['sendTransaction'];
const CUSTOM_PROGRAM_ERROR = { InstructionError: [0, { Custom: 0 }] };

export const sendingFaults: readonly Fault[] = [
  fault('drop', SEND, {}, ({ node, proceed }) => proceed({ ...node, submit: () => ({ outcome: 'landed', err: null }) })),

  fault('land-then-time-out', SEND, { lateMs: z.number().int().positive().optional() }, ({ proceed }, { lateMs }) => {
    const outcome = proceed();
    return lateMs === undefined ? { kind: 'silence' } : { kind: 'late', afterMs: lateMs, outcome };
  }),

  fault('error-then-land', SEND, { afterSlots: z.number().int().nonnegative().default(0) }, ({ node, proceed, afterSlots }, options) =>
    proceed({
      ...node,
      submit: (transaction) => {
        if (options.afterSlots === 0) node.submit(transaction);
        else afterSlots(options.afterSlots, () => node.submit(transaction));
        throw new RpcError(RPC_CODES.internal, 'Internal error');
      },
    }),
  ),

  fault('land-failed', SEND, {}, ({ node, proceed }) =>
    proceed({ ...node, submit: (transaction) => node.submitFailing(transaction, CUSTOM_PROGRAM_ERROR) }),
  ),
];
