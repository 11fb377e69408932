import { VersionedMessage } from '@solana/web3.js';
import { z } from 'zod';
import { encodeBase58 } from '#shared/kernel/base58.js';
import { BLOCKHASH_VALID_BLOCKS } from '../../bank/blockhashes.js';
import type { TransactionHistory } from '../../bank/history.js';
import type { LandedTransaction } from '../../bank/signatures.js';
import type { Node } from '../../node.js';
import { invalidParams } from '../rpc-error.js';
import { feeOf } from '../wire-transaction.js';
import { address, inContext, type Method, method, signature, viewConfig, viewOf } from './params.js';
import { answerTransaction } from './transaction-answer.js';

const MAX_STATUSES_A_CALL = 256;
const MAX_SIGNATURES_A_CALL = 1_000;
/** The status cache of a node holds about as many slots as a blockhash is valid. */
const RECENT_STATUS_SLOTS = BLOCKHASH_VALID_BLOCKS;

function seen(node: Node, landed: LandedTransaction | null): landed is LandedTransaction {
  return landed !== null && landed.slot <= node.slotAt('processed');
}

function confirmationStatus(node: Node, slot: number): 'finalized' | 'confirmed' | 'processed' {
  if (slot <= node.slotAt('finalized')) return 'finalized';
  return slot <= node.slotAt('confirmed') ? 'confirmed' : 'processed';
}

function answerStatus(node: Node, landed: LandedTransaction | null, searchHistory: boolean): unknown {
  const newest = node.slotAt('processed');
  if (!seen(node, landed)) return null;
  if (!searchHistory && landed.slot < newest - RECENT_STATUS_SLOTS) return null;
  const { slot, err } = landed;
  const reached = confirmationStatus(node, slot);
  return {
    slot,
    confirmations: reached === 'finalized' ? null : newest - slot,
    err,
    status: err === null ? { Ok: null } : { Err: err },
    confirmationStatus: reached,
  };
}

const statusConfig = z.looseObject({ searchTransactionHistory: z.boolean().nullish() });
const listConfig = viewConfig.extend({
  limit: z.number().int().min(1).max(MAX_SIGNATURES_A_CALL).nullish(),
  before: signature.nullish(),
  until: signature.nullish(),
});
const transactionConfig = z.union([
  z.enum(['json', 'base58', 'base64']).transform((encoding) => ({ encoding, commitment: null, maxSupportedTransactionVersion: null })),
  viewConfig.extend({ encoding: z.enum(['json', 'base58', 'base64']).nullish(), maxSupportedTransactionVersion: z.number().nullish() }),
]);

function refuseProcessed(commitment: string): void {
  if (commitment === 'processed') throw invalidParams('Method does not support commitment below `confirmed`');
}

export const historyMethods: Readonly<Record<string, Method>> = {
  getSignatureStatuses: method(
    z.tuple([z.array(signature).max(MAX_STATUSES_A_CALL), statusConfig.nullish()]),
    (node, [signatures, config]) =>
      inContext(
        node.slotAt('processed'),
        signatures.map((one) => answerStatus(node, node.status(one), config?.searchTransactionHistory === true)),
      ),
  ),
  getSignaturesForAddress: method(z.tuple([address, listConfig.nullish()]), (node, [key, config]) => {
    const { commitment, slot } = viewOf(node, config);
    refuseProcessed(commitment);
    const newestFirst = node
      .touching(key)
      .filter((landed) => landed.slot <= slot)
      .toReversed();
    const start = config?.before ? newestFirst.findIndex((landed) => landed.signature === config.before) + 1 : 0;
    const end = config?.until ? newestFirst.findIndex((landed) => landed.signature === config.until) : -1;
    const between = newestFirst.slice(start, end === -1 ? undefined : end).slice(0, config?.limit ?? MAX_SIGNATURES_A_CALL);
    return between.map((landed) => ({
      signature: landed.signature,
      slot: landed.slot,
      err: landed.err,
      memo: landed.memo,
      blockTime: landed.blockTime,
      confirmationStatus: confirmationStatus(node, landed.slot),
    }));
  }),
  getTransaction: method(z.tuple([signature, transactionConfig.nullish()]), (node, [one, config]) => {
    const { commitment, slot } = viewOf(node, config);
    refuseProcessed(commitment);
    const landed = node.status(one);
    const text = node.historyOf(one);
    if (landed === null || text === null || landed.slot > slot) return null;
    return answerTransaction(landed, JSON.parse(text) as TransactionHistory, config ?? {});
  }),
  getFeeForMessage: method(z.tuple([z.string(), viewConfig.nullish()]), (node, [text, config]) => {
    const { slot } = viewOf(node, config);
    const message = readMessage(text);
    const keys = message.staticAccountKeys.map((key) => encodeBase58(key.toBytes()));
    const known = node.isBlockhashValidAt(message.recentBlockhash, slot);
    return inContext(slot, known ? Number(feeOf(message, keys)) : null);
  }),
};

function readMessage(text: string): VersionedMessage {
  try {
    return VersionedMessage.deserialize(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw invalidParams(`failed to deserialize VersionedMessage: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
