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

/** What a finalized transaction did, as far as a receipt speaks of it. */
export interface Minting {
  readonly slot: number;
  readonly error: string | null;
  /** The base key of the receipt signed for space at the asset's address: nobody else can. */
  readonly makesAsset: boolean;
  readonly memos: readonly string[];
  /** Whose token accounts of the asset it opened. */
  readonly wallets: readonly string[];
}

export type FoundMint =
  | { readonly kind: 'found'; readonly minting: Minting }
  /** The node knows what made the asset, and it is another transaction. */
  | { readonly kind: 'other'; readonly signature: string }
  | { readonly kind: 'none'; readonly why: string }
  /** The node does not say, and does not say otherwise either. */
  | { readonly kind: 'pruned' };

const INVALID_PARAMS = -32602;
const NO_HISTORY: ReadonlySet<unknown> = new Set([-32011, -32004, -32007, -32009]); // not kept, not (yet) available, skipped
/** Pages of a thousand: an asset that changed hands more often than that is not looked back to its beginning. */
const MAX_PAGES = 5;
/** The mint is the first transaction of an asset with a memo; a stranger may have sent lamports with one before. */
const MAX_CANDIDATES = 5;

/** The transaction of a receipt; or, where the node does not know it, whether it knows another that made the asset. */
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

/** Transactions that may have made the asset, oldest first. None where the receipt's own is among them: then the node forgot what was in it. */
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

/** An answer, or the code of a refusal that says something: that the question is none, or that the node keeps no such history. */
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

/** Ours name all their accounts themselves; what takes them from a table is none of ours. */
function instructionsOf(message: VersionedTransactionResponse['transaction']['message']): readonly TransactionInstruction[] {
  return message.addressTableLookups.length > 0 ? [] : TransactionMessage.decompile(message).instructions;
}

function assignsAsset(one: TransactionInstruction, { record, address }: Receipt): boolean {
  if (!one.programId.equals(SystemProgram.programId) || SystemInstruction.decodeInstructionType(one) !== 'AssignWithSeed') return false;
  const { accountPubkey, basePubkey, seed, programId } = SystemInstruction.decodeAssignWithSeed(one);
  return (
    accountPubkey.toBase58() === record.asset &&
    basePubkey.toBase58() === address.base &&
    seed === address.seed &&
    programId.toBase58() === address.program
  );
}

const opensHoldingOf = ({ programId, keys }: TransactionInstruction, asset: string): boolean =>
  programId.equals(ASSOCIATED_TOKEN_PROGRAM_ID) && keys[3]?.pubkey.toBase58() === asset;
