/**
 * LiteSVM, used for execution only. Its blockhash check knows one hash and its history keeps 32 transactions (both measured), so both
 * are off and implemented in this folder. This uses the byte-level module, because the public wrapper decodes and encodes every
 * transaction and address once more. Bytes must be validated first: malformed bytes abort the process.
 */
import { Account, Clock, FailedTransactionMetadata, LiteSvm, type TransactionMetadata } from 'litesvm/dist/internal.js';
import { decodeBase58, encodeBase58 } from '#shared/kernel/base58.js';
import { readTransactionError, type TransactionError } from '../rpc/transaction-error.js';
import type { AccountImage, AccountStore } from './account-image.js';

export const SYSTEM_PROGRAM = '11111111111111111111111111111111';
export const SLOTS_PER_EPOCH = 432_000;
const NEVER_RENT = 2n ** 64n - 1n;
const SYSTEM_BYTES = new Uint8Array(32);

export interface InnerCall {
  readonly programIdIndex: number;
  readonly accounts: readonly number[];
  readonly data: string;
  readonly stackHeight: number;
}

export interface Execution {
  readonly err: TransactionError | null;
  readonly logs: readonly string[];
  readonly computeUnits: number;
  readonly inner: ReadonlyArray<{ readonly index: number; readonly instructions: readonly InnerCall[] }>;
  readonly returnData: { readonly programId: string; readonly data: readonly [string, 'base64'] } | null;
}

export interface Simulation extends Execution {
  readonly post: ReadonlyMap<string, AccountImage>;
}

export class Svm implements AccountStore {
  private readonly inner = new LiteSvm();

  constructor() {
    this.inner.setBlockhashCheck(false);
    this.inner.setTransactionHistory(0n);
  }

  addProgram(address: string, elf: Uint8Array): void {
    this.inner.addProgram(addressBytes(address), elf);
  }

  get(address: string): AccountImage | null {
    const account = this.inner.getAccount(addressBytes(address));
    return account === null ? null : readAccount(account);
  }

  set(address: string, image: AccountImage | null): void {
    const account =
      image === null
        ? new Account(0n, new Uint8Array(), SYSTEM_BYTES, false, NEVER_RENT)
        : new Account(image.lamports, image.data, addressBytes(image.owner), image.executable, NEVER_RENT);
    this.inner.setAccount(addressBytes(address), account);
  }

  /** Without the account data: a program's data are hundreds of kilobytes. */
  lamports(address: string): bigint {
    return this.inner.getBalance(addressBytes(address)) ?? 0n;
  }

  setClock(slot: number, unixSeconds: number): void {
    const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH));
    this.inner.setClock(new Clock(BigInt(slot), BigInt(unixSeconds), epoch, epoch + 1n, BigInt(unixSeconds)));
  }

  execute(wire: Uint8Array): Execution {
    const outcome = this.inner.sendVersionedTransaction(wire);
    if (outcome instanceof FailedTransactionMetadata) return execution(outcome.meta(), readTransactionError(outcome));
    return execution(outcome, null);
  }

  simulate(wire: Uint8Array, verifySignatures: boolean): Simulation {
    this.inner.setSigverify(verifySignatures);
    try {
      const outcome = this.inner.simulateVersionedTransaction(wire);
      if (outcome instanceof FailedTransactionMetadata)
        return { ...execution(outcome.meta(), readTransactionError(outcome)), post: new Map() };
      const post = outcome.postAccounts().map((entry) => [encodeBase58(entry.address), readAccount(entry.account())] as const);
      return { ...execution(outcome.meta(), null), post: new Map(post) };
    } finally {
      this.inner.setSigverify(true);
    }
  }

  rentExemptLamports(dataBytes: number): bigint {
    return this.inner.minimumBalanceForRentExemption(BigInt(dataBytes));
  }
}

function addressBytes(address: string): Uint8Array {
  const bytes = decodeBase58(address);
  if (bytes?.length !== 32) throw new Error(`not an address: ${address}`);
  return bytes;
}

function readAccount(account: Account): AccountImage {
  return { lamports: account.lamports(), owner: encodeBase58(account.owner()), executable: account.executable(), data: account.data() };
}

function execution(meta: TransactionMetadata, err: TransactionError | null): Execution {
  const returned = meta.returnData();
  const data = Buffer.from(returned.data());
  return {
    err,
    logs: meta.logs(),
    computeUnits: Number(meta.computeUnitsConsumed()),
    inner: innerCalls(meta),
    returnData: data.length === 0 ? null : { programId: encodeBase58(returned.programId()), data: [data.toString('base64'), 'base64'] },
  };
}

function innerCalls(meta: TransactionMetadata): Execution['inner'] {
  return meta
    .innerInstructions()
    .map((calls, index) => ({
      index,
      instructions: calls.map((call) => ({
        programIdIndex: call.instruction().programIdIndex(),
        accounts: [...call.instruction().accounts()],
        data: encodeBase58(call.instruction().data()),
        stackHeight: call.stackHeight(),
      })),
    }))
    .filter((group) => group.instructions.length > 0);
}
