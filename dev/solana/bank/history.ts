import type { WireTransaction } from '../rpc/wire-transaction.js';
import type { Images } from './account-image.js';
import type { Execution, Svm } from './svm.js';
import { readHolding, readMint, type TokenAmount, tokenAmount } from './token-layout.js';

interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly uiTokenAmount: TokenAmount;
}

/** The large part of a landed transaction; only `getTransaction` needs it. */
export interface TransactionHistory {
  readonly transaction: string;
  readonly fee: number;
  readonly loaded: WireTransaction['loaded'];
  readonly execution: Omit<Execution, 'err'>;
  readonly preBalances: readonly number[];
  readonly postBalances: readonly number[];
  /** Writable accounts only. */
  readonly preTokenBalances: readonly TokenBalance[];
  readonly postTokenBalances: readonly TokenBalance[];
}

export function describeHistory(
  transaction: WireTransaction,
  execution: Execution,
  images: { readonly before: Images; readonly after: Images },
  svm: Svm,
): string {
  const { err: _, ...ran } = execution;
  const { keys } = transaction;
  const history: TransactionHistory = {
    transaction: Buffer.from(transaction.bytes).toString('base64'),
    fee: Number(transaction.fee),
    loaded: transaction.loaded,
    execution: ran,
    preBalances: lamports(keys, images.before, svm),
    postBalances: lamports(keys, images.after, svm),
    preTokenBalances: tokenBalances(keys, images.before, svm),
    postTokenBalances: tokenBalances(keys, images.after, svm),
  };
  return JSON.stringify(history);
}

function lamports(keys: readonly string[], images: Images, svm: Svm): number[] {
  return keys.map((key) => Number(images.has(key) ? (images.get(key)?.lamports ?? 0n) : svm.lamports(key)));
}

function tokenBalances(keys: readonly string[], images: Images, svm: Svm): TokenBalance[] {
  return keys.flatMap((key, accountIndex) => {
    const image = images.get(key) ?? null;
    const holding = readHolding(image);
    if (image === null || holding === null) return [];
    const { mint, owner, amount } = holding;
    const decimals = readMint(svm.get(mint))?.decimals ?? 0;
    return [{ accountIndex, mint, owner, programId: image.owner, uiTokenAmount: tokenAmount(amount, decimals) }];
  });
}
