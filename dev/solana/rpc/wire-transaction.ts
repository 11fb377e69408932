import {
  AddressLookupTableAccount,
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  type VersionedMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { AccountImage } from '../bank/account-image.js';
import { invalidParams } from './rpc-error.js';

/** The network packet: IPv6 minimum MTU less headers. A real node does not send larger transactions either. */
const MAX_TRANSACTION_BYTES = 1232;
const LAMPORTS_PER_SIGNATURE = 5_000n;
const DEFAULT_UNITS_PER_INSTRUCTION = 200_000;
const MAX_UNITS = 1_400_000;
const MICRO_LAMPORTS = 1_000_000n;
const MEMO_PROGRAMS = new Set(['MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo']);
const COMPUTE_BUDGET = ComputeBudgetProgram.programId.toBase58();
const LOOKUP_PROGRAM = AddressLookupTableProgram.programId.toBase58();
const LOOKUP_META_BYTES = 56;
const LOOKUP_INITIALIZED = 1;
const SET_UNIT_LIMIT = 2;
const SET_UNIT_PRICE = 3;

export interface WireTransaction {
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly blockhash: string;
  readonly feePayer: string;
  /** Static keys, then keys from lookup tables (writable first), in the order of instruction indexes. */
  readonly keys: readonly string[];
  readonly writable: readonly string[];
  readonly loaded: { readonly writable: readonly string[]; readonly readonly: readonly string[] };
  readonly fee: bigint;
  readonly memo: string | null;
  readonly message: VersionedMessage;
}

export type ReadAccount = (address: string) => AccountImage | null;

/** Rejects bytes that the parser would not reproduce: the virtual machine aborts on malformed ones. */
export function readTransaction(bytes: Uint8Array, account: ReadAccount): WireTransaction {
  if (bytes.length > MAX_TRANSACTION_BYTES) {
    throw invalidParams(`decoded VersionedTransaction too large: ${bytes.length} bytes (max: ${MAX_TRANSACTION_BYTES} bytes)`);
  }
  const transaction = parse(bytes);
  const first = transaction.signatures[0];
  const message = transaction.message;
  const fixed = message.staticAccountKeys.map((key) => encodeBase58(key.toBytes()));
  const feePayer = fixed[0];
  if (first === undefined || feePayer === undefined)
    throw invalidParams('invalid transaction: Transaction failed to sanitize accounts offsets correctly');
  const loaded = loadLookups(message, account);
  const writable = fixed.filter((_, index) => message.isAccountWritable(index));
  return {
    bytes,
    signature: encodeBase58(first),
    blockhash: message.recentBlockhash,
    feePayer,
    keys: [...fixed, ...loaded.writable, ...loaded.readonly],
    writable: [...writable, ...loaded.writable],
    loaded,
    fee: feeOf(message, fixed),
    memo: memoOf(message, fixed),
    message,
  };
}

function parse(bytes: Uint8Array): VersionedTransaction {
  try {
    const transaction = VersionedTransaction.deserialize(bytes);
    if (Buffer.compare(transaction.serialize(), bytes) !== 0) throw new Error('bytes left over or lengths not in their shortest form');
    return transaction;
  } catch (cause) {
    throw invalidParams(`failed to deserialize VersionedTransaction: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function loadLookups(message: VersionedMessage, account: ReadAccount): WireTransaction['loaded'] {
  const writable: string[] = [];
  const readonly: string[] = [];
  for (const lookup of message.addressTableLookups) {
    const table = account(lookup.accountKey.toBase58());
    // The virtual machine rejects a missing or malformed table with its own error and writes nothing.
    if (table === null || !isLookupTable(table)) continue;
    const { addresses } = AddressLookupTableAccount.deserialize(table.data);
    const pick = (indexes: readonly number[]) => indexes.flatMap((index) => addresses[index]?.toBase58() ?? []);
    writable.push(...pick(lookup.writableIndexes));
    readonly.push(...pick(lookup.readonlyIndexes));
  }
  return { writable, readonly };
}

function isLookupTable({ owner, data }: AccountImage): boolean {
  const initialized = data.length >= LOOKUP_META_BYTES && data[0] === LOOKUP_INITIALIZED;
  return owner === LOOKUP_PROGRAM && initialized && (data.length - LOOKUP_META_BYTES) % 32 === 0;
}

export function feeOf(message: VersionedMessage, keys: readonly string[]): bigint {
  let price = 0n;
  let limit: number | null = null;
  let others = 0;
  for (const instruction of message.compiledInstructions) {
    const data = Buffer.from(instruction.data);
    if (keys[instruction.programIdIndex] !== COMPUTE_BUDGET) others += 1;
    else if (data[0] === SET_UNIT_LIMIT && data.length >= 5) limit = data.readUInt32LE(1);
    else if (data[0] === SET_UNIT_PRICE && data.length >= 9) price = data.readBigUInt64LE(1);
  }
  const units = BigInt(Math.min(limit ?? others * DEFAULT_UNITS_PER_INSTRUCTION, MAX_UNITS));
  const priority = (price * units + MICRO_LAMPORTS - 1n) / MICRO_LAMPORTS;
  return LAMPORTS_PER_SIGNATURE * BigInt(message.header.numRequiredSignatures) + priority;
}

function memoOf(message: VersionedMessage, keys: readonly string[]): string | null {
  const memos = message.compiledInstructions
    .filter((instruction) => MEMO_PROGRAMS.has(keys[instruction.programIdIndex] ?? ''))
    .map((instruction) => `[${instruction.data.length}] ${Buffer.from(instruction.data).toString('utf8')}`);
  return memos.length === 0 ? null : memos.join('; ');
}
