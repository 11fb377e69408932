import type { AccountImage } from './bank/account-image.js';
import type { Bank, Submission } from './bank/bank.js';
import type { Blockhashes } from './bank/blockhashes.js';
import type { Commitment } from './bank/commitment.js';
import type { LandedTransaction } from './bank/signatures.js';
import type { Simulation } from './bank/svm.js';
import type { Faucet } from './faucet.js';
import type { WireTransaction } from './rpc/wire-transaction.js';

/**
 * The chain operations that RPC methods use. They are plain functions, so that a fault is a node around this one: `{ ...node, status: ()
 * => null }` is a node that lost its signatures.
 */
export interface Node {
  readonly genesisHash: string;
  readonly slotAt: (commitment: Commitment) => number;
  readonly transactionCount: () => number;
  readonly blockhashAt: (slot: number) => ReturnType<Blockhashes['latestAt']>;
  readonly isBlockhashValidAt: (blockhash: string, slot: number) => boolean;
  readonly accountAt: (address: string, slot: number) => AccountImage | null;
  readonly holdersOfMint: (mint: string) => Iterable<string>;
  readonly holdingsOfOwner: (owner: string) => Iterable<string>;
  readonly rentExemptLamports: (dataBytes: number) => bigint;
  /** Micro-lamports per compute unit that each recent block took at least. */
  readonly priorityFee: () => number;
  readonly status: (signature: string) => LandedTransaction | null;
  readonly historyOf: (signature: string) => string | null;
  /** Oldest first. */
  readonly touching: (address: string) => readonly LandedTransaction[];
  readonly simulate: (transaction: WireTransaction, verifySignatures: boolean) => Simulation;
  readonly submit: (transaction: WireTransaction) => Submission;
  readonly submitFailing: Bank['submitFailing'];
  readonly airdrop: (address: string, lamports: number) => string;
}

export function openNode(bank: Bank, faucet: Faucet): Node {
  const { state } = bank;
  return {
    genesisHash: bank.genesisHash,
    slotAt: (commitment) => bank.slotAt(commitment),
    transactionCount: () => state.signatures.count,
    blockhashAt: (slot) => state.blockhashes.latestAt(slot),
    isBlockhashValidAt: (blockhash, slot) => state.blockhashes.isValidAt(blockhash, slot),
    accountAt: (address, slot) => bank.accountAt(address, slot),
    holdersOfMint: (mint) => state.tokens.ofMint(mint),
    holdingsOfOwner: (owner) => state.tokens.ofOwner(owner),
    rentExemptLamports: (dataBytes) => bank.rentExemptLamports(dataBytes),
    priorityFee: () => bank.priorityFee,
    status: (signature) => state.signatures.get(signature) ?? null,
    historyOf: (signature) => bank.readHistory(signature),
    touching: (address) => state.signatures.touching(address),
    simulate: (transaction, verifySignatures) => bank.simulate(transaction, verifySignatures),
    submit: (transaction) => bank.submit(transaction),
    submitFailing: (transaction, err) => bank.submitFailing(transaction, err),
    airdrop: (address, lamports) => faucet.give(address, lamports),
  };
}
