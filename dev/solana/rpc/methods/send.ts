import { z } from 'zod';
import { decodeBase58 } from '#shared/kernel/base58.js';
import type { AccountImage } from '../../bank/account-image.js';
import { COMMITMENTS } from '../../bank/commitment.js';
import type { Simulation } from '../../bank/svm.js';
import type { Node } from '../../node.js';
import { invalidParams, RPC_CODES, RpcError } from '../rpc-error.js';
import { sayTransactionError, type TransactionError } from '../transaction-error.js';
import { readTransaction, type WireTransaction } from '../wire-transaction.js';
import { answerAccount } from './accounts.js';
import { address, inContext, type Method, method, slotNumber, viewConfig, viewOf } from './params.js';

const encoding = z.enum(['base58', 'base64']).nullish();
const sendConfig = z.looseObject({
  encoding,
  skipPreflight: z.boolean().nullish(),
  preflightCommitment: z.enum(COMMITMENTS).nullish(),
  minContextSlot: slotNumber.nullish(),
});
const simulateConfig = viewConfig.extend({
  encoding,
  sigVerify: z.boolean().nullish(),
  replaceRecentBlockhash: z.boolean().nullish(),
  innerInstructions: z.boolean().nullish(),
  accounts: z.object({ addresses: z.array(address), encoding: z.enum(['base64', 'jsonParsed']).nullish() }).nullish(),
});

const DID_NOT_RUN: Omit<Simulation, 'err'> = {
  logs: [],
  computeUnits: 0,
  inner: [],
  returnData: null,
  post: new Map<string, AccountImage>(),
};

export function decodeTransaction(
  node: Node,
  text: string,
  config: { encoding?: 'base58' | 'base64' | null | undefined } | null | undefined,
): WireTransaction {
  const bytes = config?.encoding === 'base64' ? Buffer.from(text, 'base64') : decodeBase58(text);
  if (bytes === null) throw invalidParams('invalid base58 encoding');
  return readTransaction(bytes, (key) => node.accountAt(key, node.slotAt('processed')));
}

/**
 * A node's checks before execution, in a node's order. The blockhash is checked at the requested commitment, as on a real node (an older
 * bank does not know a fresh hash). Accounts are always the newest, which is more lenient than a real node.
 */
function tryOut(node: Node, transaction: WireTransaction, slot: number, checks: { verify: boolean; blockhash: boolean }): Simulation {
  const refuse = (err: TransactionError): Simulation => ({ ...DID_NOT_RUN, err });
  if (checks.blockhash && !node.isBlockhashValidAt(transaction.blockhash, slot)) return refuse('BlockhashNotFound');
  if (checks.blockhash && node.status(transaction.signature) !== null) return refuse('AlreadyProcessed');
  return node.simulate(transaction, checks.verify);
}

function preflight(node: Node, transaction: WireTransaction, slot: number): void {
  const tried = tryOut(node, transaction, slot, { verify: true, blockhash: true });
  if (tried.err === null) return;
  if (tried.err === 'SignatureFailure') throw new RpcError(RPC_CODES.signatureVerification, 'Transaction signature verification failure');
  throw new RpcError(RPC_CODES.preflightFailure, `Transaction simulation failed: ${sayTransactionError(tried.err)}`, {
    accounts: null,
    err: tried.err,
    innerInstructions: null,
    logs: tried.logs,
    replacementBlockhash: null,
    returnData: tried.returnData,
    unitsConsumed: tried.computeUnits,
  });
}

export const sendMethods: Readonly<Record<string, Method>> = {
  /** Without preflight the signature is returned whether or not the transaction lands, as on a real node. */
  sendTransaction: method(z.tuple([z.string(), sendConfig.nullish()]), (node, [text, config]) => {
    const transaction = decodeTransaction(node, text, config);
    const { slot } = viewOf(node, { commitment: config?.preflightCommitment, minContextSlot: config?.minContextSlot });
    if (config?.skipPreflight !== true) preflight(node, transaction, slot);
    node.submit(transaction);
    return transaction.signature;
  }),
  simulateTransaction: method(z.tuple([z.string(), simulateConfig.nullish()]), (node, [text, config]) => {
    const { slot } = viewOf(node, config);
    const transaction = decodeTransaction(node, text, config);
    if (config?.sigVerify === true && config.replaceRecentBlockhash === true)
      throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
    const replaced = config?.replaceRecentBlockhash === true;
    const tried = tryOut(node, transaction, slot, { verify: config?.sigVerify === true, blockhash: !replaced });
    const wanted = config?.accounts?.addresses ?? null;
    return inContext(slot, {
      err: tried.err,
      logs: tried.logs,
      accounts: wanted?.map((key) => answerAccount(tried.post.get(key) ?? node.accountAt(key, slot), { encoding: 'base64' })) ?? null,
      unitsConsumed: tried.computeUnits,
      returnData: tried.returnData,
      innerInstructions: null,
      replacementBlockhash: replaced ? node.blockhashAt(slot) : null,
    });
  }),
};
