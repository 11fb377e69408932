import { VersionedTransaction } from '@solana/web3.js';
import { encodeBase58 } from '#shared/kernel/base58.js';
import type { TransactionHistory } from '../../bank/history.js';
import type { LandedTransaction } from '../../bank/signatures.js';
import { RPC_CODES, RpcError } from '../rpc-error.js';

interface AnswerConfig {
  readonly encoding?: 'json' | 'base58' | 'base64' | null | undefined;
  readonly maxSupportedTransactionVersion?: number | null | undefined;
}

export function answerTransaction(landed: LandedTransaction, history: TransactionHistory, config: AnswerConfig): unknown {
  const bytes = Buffer.from(history.transaction, 'base64');
  const transaction = VersionedTransaction.deserialize(bytes);
  const highest = config.maxSupportedTransactionVersion ?? null;
  if (transaction.version !== 'legacy' && highest === null) {
    throw new RpcError(
      RPC_CODES.unsupportedVersion,
      `Transaction version (${transaction.version}) is not supported by the requesting client. ` +
        'Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": 0',
    );
  }
  return {
    slot: landed.slot,
    blockTime: landed.blockTime,
    transaction: encodeTransaction(transaction, bytes, config.encoding ?? 'json'),
    meta: answerMeta(landed, history),
    ...(highest === null ? {} : { version: transaction.version }),
  };
}

function encodeTransaction(transaction: VersionedTransaction, bytes: Buffer, encoding: 'json' | 'base58' | 'base64'): unknown {
  if (encoding === 'base64') return [bytes.toString('base64'), 'base64'];
  if (encoding === 'base58') return [encodeBase58(bytes), 'base58'];
  const { message } = transaction;
  return {
    signatures: transaction.signatures.map(encodeBase58),
    message: {
      header: message.header,
      accountKeys: message.staticAccountKeys.map((key) => key.toBase58()),
      recentBlockhash: message.recentBlockhash,
      instructions: message.compiledInstructions.map((instruction) => ({
        programIdIndex: instruction.programIdIndex,
        accounts: instruction.accountKeyIndexes,
        data: encodeBase58(instruction.data),
        stackHeight: null,
      })),
      ...(message.version === 'legacy' ? {} : { addressTableLookups: message.addressTableLookups.map(answerLookup) }),
    },
  };
}

function answerLookup(lookup: {
  accountKey: { toBase58(): string };
  writableIndexes: readonly number[];
  readonlyIndexes: readonly number[];
}): unknown {
  return { accountKey: lookup.accountKey.toBase58(), writableIndexes: lookup.writableIndexes, readonlyIndexes: lookup.readonlyIndexes };
}

function answerMeta(landed: LandedTransaction, history: TransactionHistory): unknown {
  const { execution } = history;
  return {
    err: landed.err,
    status: landed.err === null ? { Ok: null } : { Err: landed.err },
    fee: history.fee,
    preBalances: history.preBalances,
    postBalances: history.postBalances,
    preTokenBalances: history.preTokenBalances,
    postTokenBalances: history.postTokenBalances,
    innerInstructions: execution.inner,
    logMessages: execution.logs,
    loadedAddresses: history.loaded,
    computeUnitsConsumed: execution.computeUnits,
    ...(execution.returnData === null ? {} : { returnData: execution.returnData }),
    rewards: [],
  };
}
