import { TOKEN_2022_PROGRAM_ID, unpackMint } from '@solana/spl-token';
import { type AccountInfo, PublicKey } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { holderOf, judgeAccount } from '../chains/token-2022/judge-account.js';
import { holderElsewhere } from '../chains/token-2022/look.js';
import { holdingAddress } from '../chains/token-2022/mint-transaction.js';
import type { Rpc } from '../chains/token-2022/rpc/rpc.js';
import type { OnChain } from './drift.js';

/**
 * The finalized account at every planned address, hundreds of accounts a call. Holders are read one by one, and only for tokens that
 * have moved.
 */
export async function onChain(rpc: Rpc, plans: readonly MintPlan[]): Promise<readonly OnChain[]> {
  const { slot } = await rpc.finalizedHead();
  const addresses = plans.flatMap((plan) => [new PublicKey(plan.asset), holdingAddress(plan)]);
  const reads = await rpc.accounts(addresses, slot);
  const found: OnChain[] = [];
  for (const [index, plan] of plans.entries()) {
    const judgement = judgeAccount(reads[2 * index]?.account ?? null, plan);
    const held = judgement.kind === 'ours' && judgement.supply > 0n;
    const holder = held ? (holderOf(reads[2 * index + 1]?.account ?? null, plan) ?? (await holderElsewhere(rpc, plan))) : null;
    found.push({ ...judgement, holder });
  }
  return found;
}

/** Signatures of a page; the RPC's maximum. */
const PAGE = 1_000;

/** Every effective transaction that this address signed, newest first. */
export async function* landedOf(rpc: Rpc, address: string): AsyncIterable<string> {
  const key = new PublicKey(address);
  for (let before: string | undefined; ; ) {
    const options = { limit: PAGE, ...(before !== undefined && { before }) };
    const page = await rpc.ask('getSignaturesForAddress', (connection) => connection.getSignaturesForAddress(key, options, 'finalized'));
    for (const { signature, err } of page) if (err === null) yield signature;
    before = page.at(-1)?.signature;
    if (before === undefined) return;
  }
}

/** The assets of a transaction: those of its accounts that are now mints of the token program. */
export async function assetsIn(rpc: Rpc, signature: string): Promise<readonly string[]> {
  const transaction = await rpc.ask('getTransaction', (connection) =>
    connection.getTransaction(signature, { commitment: 'finalized', maxSupportedTransactionVersion: 0 }),
  );
  const keys = transaction?.transaction.message.getAccountKeys({ accountKeysFromLookups: transaction.meta?.loadedAddresses ?? null });
  const addresses = keys?.keySegments().flat() ?? [];
  const { slot } = await rpc.finalizedHead();
  const reads = await rpc.accounts(addresses, slot);
  return addresses.filter((_, index) => isMint(reads[index]?.account ?? null)).map((address) => address.toBase58());
}

function isMint(account: AccountInfo<Buffer> | null): boolean {
  if (account === null || !account.owner.equals(TOKEN_2022_PROGRAM_ID)) return false;
  try {
    return unpackMint(PublicKey.default, account, TOKEN_2022_PROGRAM_ID).isInitialized;
  } catch {
    return false; // a token account, not a mint
  }
}
