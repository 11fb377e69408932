import { ASSOCIATED_TOKEN_PROGRAM_ID } from '@solana/spl-token';
import {
  type Connection,
  PublicKey,
  SolanaJSONRPCError,
  SystemInstruction,
  SystemProgram,
  type TransactionInstruction,
  TransactionMessage,
  type VersionedTransactionResponse,
} from '@solana/web3.js';
import { isFault } from '#shared/kernel/fault.js';
import type { Receipt } from '#shared/platform/receipt.js';
import { MEMO_PROGRAM_ID } from './mint-transaction.js';
import type { Rpc } from './rpc/rpc.js';

/** The effects of a finalized transaction that a receipt covers. */
export interface Minting {
  readonly slot: number;
  readonly error: string | null;
  /** True when the receipt's base key signed for space at the asset's address: no other key can. */
  readonly makesAsset: boolean;
  readonly memos: readonly string[];
  /** The wallets whose token accounts of the asset it opened. */
  readonly wallets: readonly string[];
}

export type FoundMint =
  | { readonly kind: 'found'; readonly minting: Minting }
  /** The node knows the transaction that created the asset, and it is another one. */
  | { readonly kind: 'other'; readonly signature: string }
  | { readonly kind: 'none'; readonly why: string }
  /** The node has no record of the transaction, and none that contradicts it. */
  | { readonly kind: 'pruned' };

const INVALID_PARAMS = -32602;
const NO_HISTORY: ReadonlySet<unknown> = new Set([-32011, -32004, -32007, -32009]); // not kept, not (yet) available, skipped
/** Pages of a thousand: the history of an asset with more transfers than that is not read to its beginning. */
const MAX_PAGES = 5;
/** The mint is the first transaction of an asset with a memo; others may have sent lamports with a memo before. */
const MAX_CANDIDATES = 5;

/** The transaction of a receipt; or, if the node does not know it, another one that created the asset, if the node knows one. */
export async function findMint(rpc: Rpc, receipt: Receipt): Promise<FoundMint> {
  const answer = await transaction(rpc, receipt.signature);
  if (answer === 'invalid') return { kind: 'none', why: 'is no signature' };
  if (answer !== null) return { kind: 'found', minting: readMinting(answer, receipt) };
  for (const signature of await candidates(rpc, receipt)) {
    const other = await transaction(rpc, signature);
    if (other !== null && other !== 'invalid' && readMinting(other, receipt).makesAsset) return { kind: 'other', signature };
  }
  return { kind: 'pruned' };
}

async function transaction(rpc: Rpc, signature: string): Promise<VersionedTransactionResponse | null | 'invalid'> {
  const options = { commitment: 'finalized', maxSupportedTransactionVersion: 0 } as const;
  const answer = await orRefusal(rpc, 'getTransaction', (connection) => connection.getTransaction(signature, options));
  if (answer === INVALID_PARAMS) return 'invalid';
  return typeof answer === 'number' ? null : answer;
}

/**
 * Transactions that may have created the asset, oldest first. Empty when the receipt's own is among them: then the node has pruned its
 * content.
 */
async function candidates(rpc: Rpc, { record, signature }: Receipt): Promise<readonly string[]> {
  const found: { readonly signature: string; readonly err: unknown; readonly memo: string | null }[] = [];
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const before = found.at(-1)?.signature;
    const answer = await orRefusal(rpc, 'getSignaturesForAddress', (connection) =>
      connection.getSignaturesForAddress(new PublicKey(record.asset), before === undefined ? {} : { before }, 'finalized'),
    );
    if (typeof answer === 'number' || answer.length === 0) break;
    found.push(...answer);
  }
  if (found.some((each) => each.signature === signature)) return [];
  return found
    .filter(({ err, memo }) => err === null && memo !== null)
    .slice(-MAX_CANDIDATES)
    .reverse()
    .map((each) => each.signature);
}

/** The response, or a meaningful error code: an invalid request, or a node without that history. */
async function orRefusal<T>(rpc: Rpc, what: string, question: (connection: Connection) => Promise<T>): Promise<T | number> {
  try {
    return await rpc.ask(what, question);
  } catch (thrown) {
    const { cause } = thrown as { readonly cause?: unknown };
    const code = isFault(thrown) && cause instanceof SolanaJSONRPCError ? cause.code : undefined;
    if (typeof code === 'number' && (code === INVALID_PARAMS || NO_HISTORY.has(code))) return code;
    throw thrown;
  }
}

function readMinting({ slot, meta, transaction: { message } }: VersionedTransactionResponse, receipt: Receipt): Minting {
  const { asset } = receipt.record;
  const error = meta?.err == null ? null : JSON.stringify(meta.err);
  const done = instructionsOf(message);
  return {
    slot,
    error,
    makesAsset: error === null && done.some((one) => assignsAsset(one, receipt)),
    memos: done.filter(({ programId }) => programId.equals(MEMO_PROGRAM_ID)).map(({ data }) => data.toString('utf8')),
    wallets: done.filter((one) => opensHoldingOf(one, asset)).map(({ keys }) => keys[2]?.pubkey.toBase58() ?? ''),
  };
}

/** The minter's transactions name all accounts directly; one that uses a lookup table is not the minter's. */
function instructionsOf(message: VersionedTransactionResponse['transaction']['message']): readonly TransactionInstruction[] {
  return message.addressTableLookups.length > 0 ? [] : TransactionMessage.decompile(message).instructions;
}

function assignsAsset(one: TransactionInstruction, { record, address }: Receipt): boolean {
  if (!one.programId.equals(SystemProgram.programId)) return false;
  const seeded = seededBy(one);
  if (seeded === undefined) return false;
  const { accountPubkey, basePubkey, seed, programId } = seeded;
  return (
    accountPubkey.toBase58() === record.asset &&
    basePubkey.toBase58() === address.base &&
    seed === address.seed &&
    programId.toBase58() === address.program
  );
}

/** A marker is allocated and stays owned by the system program; a mint account is also assigned to its token program. */
function seededBy(one: TransactionInstruction) {
  switch (SystemInstruction.decodeInstructionType(one)) {
    case 'AssignWithSeed':
      return SystemInstruction.decodeAssignWithSeed(one);
    case 'AllocateWithSeed': {
      const allocated = SystemInstruction.decodeAllocateWithSeed(one);
      return allocated.programId.equals(SystemProgram.programId) ? allocated : undefined;
    }
    default:
      return undefined;
  }
}

const opensHoldingOf = ({ programId, keys }: TransactionInstruction, asset: string): boolean =>
  programId.equals(ASSOCIATED_TOKEN_PROGRAM_ID) && keys[3]?.pubkey.toBase58() === asset;
