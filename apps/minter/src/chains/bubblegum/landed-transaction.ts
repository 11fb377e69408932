import { PublicKey, SystemProgram } from '@solana/web3.js';
import { z } from 'zod';
import { decodeBase58 } from '#shared/kernel/base58.js';
import type { Rpc } from '../token-2022/rpc/rpc.js';
import { transactionError } from '../token-2022/rpc/rpc-answers.js';
import type { LeafPlace } from './leaf.js';
import { COMPRESSION, NOOP } from './programs.js';

/** A leaf as a transaction left it; empty once it was burned. */
export interface LeafChange extends LeafPlace {
  readonly leaf: Buffer;
}

export interface LandedTransaction {
  readonly slot: number;
  readonly failed: boolean;
  /** In the order of execution; none where it failed. */
  readonly changes: readonly LeafChange[];
  /** Addresses for which their base key allocated space. */
  readonly allocated: readonly string[];
}

const call = z.object({ programIdIndex: z.number().int(), accounts: z.array(z.number().int()), data: z.string() });
const answer = z.object({
  result: z
    .object({
      slot: z.number().int(),
      transaction: z.object({ message: z.object({ accountKeys: z.array(z.string()), instructions: z.array(call) }) }),
      meta: z.object({
        err: transactionError.nullable(),
        innerInstructions: z
          .array(z.object({ index: z.number().int(), instructions: z.array(call.extend({ stackHeight: z.number().int().nullish() })) }))
          .nullish(),
        loadedAddresses: z.object({ writable: z.array(z.string()), readonly: z.array(z.string()) }).nullish(),
      }),
    })
    .nullable(),
});
type Found = NonNullable<z.infer<typeof answer>['result']>;

const OPTIONS = { encoding: 'json', commitment: 'finalized', maxSupportedTransactionVersion: 0 };

/** Null when the node has no record of it, or has pruned it. @throws Fault `chain-unreachable` */
export async function landedTransaction(rpc: Rpc, signature: string): Promise<LandedTransaction | null> {
  const { result } = await rpc.ask('getTransaction', async () => answer.parse(await rpc.call('getTransaction', [signature, OPTIONS])));
  return result === null ? null : readLanded(result);
}

/** Signatures of a page; the RPC's maximum. */
const PAGE = 1_000;

/** Finalized transactions without an error that name this address, newest first, a page at a time. `until` is not among them. */
export async function* landedAt(
  rpc: Rpc,
  address: PublicKey,
  until?: string,
): AsyncIterable<readonly { signature: string; slot: number }[]> {
  for (let before: string | undefined; ; ) {
    const options = { limit: PAGE, ...(before !== undefined && { before }), ...(until !== undefined && { until }) };
    const page = await rpc.ask('getSignaturesForAddress', (connection) =>
      connection.getSignaturesForAddress(address, options, 'finalized'),
    );
    yield page.filter(({ err }) => err === null);
    before = page.at(-1)?.signature;
    if (before === undefined) return;
  }
}

function readLanded({ slot, transaction: { message }, meta }: Found): LandedTransaction {
  if (meta.err !== null) return { slot, failed: true, changes: [], allocated: [] };
  const { writable = [], readonly = [] } = meta.loadedAddresses ?? {};
  const keys = [...message.accountKeys, ...writable, ...readonly];
  const allocated = message.instructions.filter((one) => allocates(one, keys)).map(({ accounts }) => keys[accounts[0] ?? -1] ?? '');
  const changes = (meta.innerInstructions ?? []).flatMap(({ instructions }) => changesIn(instructions, keys));
  return { slot, failed: false, changes, allocated };
}

const ALLOCATE_WITH_SEED = 9;

function allocates({ programIdIndex, data }: z.infer<typeof call>, keys: readonly string[]): boolean {
  return (
    keys[programIdIndex] === SystemProgram.programId.toBase58() &&
    Buffer.from(decodeBase58(data) ?? []).readUInt32LE(0) === ALLOCATE_WITH_SEED
  );
}

type InnerCall = z.infer<typeof call> & { readonly stackHeight?: number | null | undefined };

/** Whatever calls the program that logs, only what the program of the trees logs counts. */
function changesIn(calls: readonly InnerCall[], keys: readonly string[]): readonly LeafChange[] {
  return calls.flatMap((one, at) => {
    if (keys[one.programIdIndex] !== NOOP.toBase58()) return [];
    const caller = calls.slice(0, at).findLast(({ stackHeight }) => stackHeight === (one.stackHeight ?? 0) - 1);
    if (caller === undefined || keys[caller.programIdIndex] !== COMPRESSION.toBase58()) return [];
    const change = readChange(Buffer.from(decodeBase58(one.data) ?? []));
    return change === undefined ? [] : [change];
  });
}

const CHANGE_LOG = 0;
const TREE_AT = 2;
const NODE_BYTES = 32;
const NODES_AT = TREE_AT + NODE_BYTES + 4;
/** A node and its number in the tree. */
const PATH_BYTES = NODE_BYTES + 4;
const INDEX_BYTES = 4;

/** The compression program's change log: kind, version, tree, the nodes from the leaf to the root, sequence, index of the leaf. */
function readChange(data: Buffer): LeafChange | undefined {
  if (data[0] !== CHANGE_LOG || data.length < NODES_AT + PATH_BYTES + INDEX_BYTES) return undefined;
  return {
    tree: new PublicKey(data.subarray(TREE_AT, TREE_AT + NODE_BYTES)),
    index: data.readUInt32LE(data.length - INDEX_BYTES),
    leaf: data.subarray(NODES_AT, NODES_AT + NODE_BYTES),
  };
}
