/** A Token-2022 ticket mint as a client would write it, for the local-solana specs. */
import {
  AuthorityType,
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeMetadataPointerInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  createSetAuthorityInstruction,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getMintLen,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  type Connection,
  Keypair,
  LAMPORTS_PER_SOL,
  type PublicKey,
  SystemProgram,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { encodeBase58 } from '#shared/kernel/base58.js';

export interface SignedMint {
  readonly mint: PublicKey;
  readonly holding: PublicKey;
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

export async function fundedPayer(connection: Connection, sol = 10): Promise<Keypair> {
  const payer = Keypair.generate();
  await connection.requestAirdrop(payer.publicKey, sol * LAMPORTS_PER_SOL);
  return payer;
}

export async function signMint(connection: Connection, payer: Keypair, owner: PublicKey): Promise<SignedMint> {
  const latest = await connection.getLatestBlockhash('processed');
  const mint = Keypair.generate();
  const space = getMintLen([ExtensionType.MetadataPointer]);
  const holding = getAssociatedTokenAddressSync(mint.publicKey, owner, true, TOKEN_2022_PROGRAM_ID);
  const lamports = await connection.getMinimumBalanceForRentExemption(space);
  const [from, asset, program] = [payer.publicKey, mint.publicKey, TOKEN_2022_PROGRAM_ID];
  const instructions = [
    SystemProgram.createAccount({ fromPubkey: from, newAccountPubkey: asset, space, lamports, programId: program }),
    createInitializeMetadataPointerInstruction(asset, from, asset, program),
    createInitializeMint2Instruction(asset, 0, from, null, program),
    createAssociatedTokenAccountIdempotentInstruction(from, holding, owner, asset, program),
    createMintToInstruction(asset, holding, from, 1, [], program),
    createSetAuthorityInstruction(asset, from, AuthorityType.MintTokens, null, [], program),
  ];
  const message = new TransactionMessage({ payerKey: from, recentBlockhash: latest.blockhash, instructions }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.sign([payer, mint]);
  const [first] = transaction.signatures;
  if (first === undefined) throw new Error('not signed');
  return { mint: asset, holding, bytes: transaction.serialize(), signature: encodeBase58(first), ...latest };
}
