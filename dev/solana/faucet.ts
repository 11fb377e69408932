import { createHash } from 'node:crypto';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import type { Bank } from './bank/bank.js';
import { type Svm, SYSTEM_PROGRAM } from './bank/svm.js';
import { invalidParams, RPC_CODES, RpcError } from './rpc/rpc-error.js';
import { sayTransactionError } from './rpc/transaction-error.js';
import { readTransaction } from './rpc/wire-transaction.js';

/** Nine million SOL: every balance stays an exact JSON number (below 2^53 lamports). */
const FAUCET_LAMPORTS = 9_000_000_000_000_000n;
/** Two equal airdrops in one slot would be the same transaction and land once; a distinct unit limit makes them differ. */
const BASE_UNIT_LIMIT = 10_000;
const DISTINCT_AIRDROPS = 1_000_000;

/** An airdrop is an ordinary transfer from a publicly derivable key, so it has a signature, a status and a history. */
export class Faucet {
  private readonly key: Keypair;
  private given = 0;

  constructor(private readonly bank: Bank) {
    this.key = Keypair.fromSeed(createHash('sha256').update(`faucet|${bank.genesisHash}`).digest());
  }

  /** Call before the journal is read: the journal holds the airdrops already given. */
  fill(svm: Svm): void {
    svm.set(this.key.publicKey.toBase58(), { lamports: FAUCET_LAMPORTS, owner: SYSTEM_PROGRAM, executable: false, data: new Uint8Array() });
  }

  give(address: string, lamports: number): string {
    const payerKey = this.key.publicKey;
    const recentBlockhash = this.bank.state.blockhashes.latestAt(this.bank.state.slot).blockhash;
    this.given += 1;
    const instructions = [
      ComputeBudgetProgram.setComputeUnitLimit({ units: BASE_UNIT_LIMIT + (this.given % DISTINCT_AIRDROPS) }),
      SystemProgram.transfer({ fromPubkey: payerKey, toPubkey: new PublicKey(address), lamports }),
    ];
    const transaction = new VersionedTransaction(new TransactionMessage({ payerKey, recentBlockhash, instructions }).compileToV0Message());
    transaction.sign([this.key]);
    const wire = readTransaction(transaction.serialize(), () => null);
    const submission = this.bank.submit(wire);
    if (submission.outcome === 'landed' && submission.err === null) return wire.signature;
    if (submission.outcome === 'already-landed')
      throw new RpcError(RPC_CODES.internal, 'airdrop request failed: this very airdrop has landed');
    throw invalidParams(`airdrop request failed: ${sayTransactionError(submission.err ?? 'unknown')}`);
  }
}
