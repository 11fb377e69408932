import assert from 'node:assert/strict';
import { TOKEN_2022_PROGRAM_ID, unpackMint } from '@solana/spl-token';
import { type AccountInfo, PublicKey } from '@solana/web3.js';
import { landedTransaction } from '../chains/bubblegum/landed-transaction.js';
import { leavesOnChain, type PlannedLeaf } from '../chains/bubblegum/leaves-on-chain.js';
import { assetId } from '../chains/bubblegum/programs.js';
import { EMPTY_LEAF } from '../chains/bubblegum/tree-mirror.js';
import type { TreeMirrors } from '../chains/bubblegum/tree-mirrors.js';
import { isCompressed } from '../chains/chain.js';
import { holderOf, judgeAccount } from '../chains/token-2022/judge-account.js';
import { holderElsewhere } from '../chains/token-2022/look.js';
import { holdingAddress } from '../chains/token-2022/mint-transaction.js';
import type { Rpc } from '../chains/token-2022/rpc/rpc.js';
import type { OnChain } from './drift.js';

/**
 * The finalized account at every planned address, hundreds of accounts a call. Holders are read one by one, and only for tokens that
 * have moved.
 */
export async function onChain(rpc: Rpc, mirrors: TreeMirrors, tickets: readonly PlannedLeaf[]): Promise<readonly OnChain[]> {
  const leaves = tickets.filter(({ plan }) => isCompressed(plan));
  const assets = tickets.filter(({ plan }) => !isCompressed(plan));
  const found = [
    ...(leaves.length === 0 ? [] : await leavesOnChain(rpc, mirrors, leaves)),
    ...(assets.length === 0 ? [] : await assetsOnChain(rpc, assets)),
  ];
  const byTicket = new Map([...leaves, ...assets].map((ticket, index) => [ticket, found[index]]));
  return tickets.map((ticket) => byTicket.get(ticket) ?? assert.fail('every ticket was read'));
}

async function assetsOnChain(rpc: Rpc, tickets: readonly PlannedLeaf[]): Promise<readonly OnChain[]> {
  const plans = tickets.map(({ plan }) => plan);
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

/** The assets of a transaction: its accounts that are now mints of the token program, and the leaves that it created. */
export async function assetsIn(rpc: Rpc, signature: string): Promise<readonly string[]> {
  const transaction = await rpc.ask('getTransaction', (connection) =>
    connection.getTransaction(signature, { commitment: 'finalized', maxSupportedTransactionVersion: 0 }),
  );
  const keys = transaction?.transaction.message.getAccountKeys({ accountKeysFromLookups: transaction.meta?.loadedAddresses ?? null });
  const addresses = keys?.keySegments().flat() ?? [];
  const { slot } = await rpc.finalizedHead();
  const reads = await rpc.accounts(addresses, slot);
  const mints = addresses.filter((_, index) => isMint(reads[index]?.account ?? null));
  const changes = (await landedTransaction(rpc, signature))?.changes ?? [];
  const leaves = changes.filter(({ leaf }) => !leaf.equals(EMPTY_LEAF)).map(({ tree, index }) => assetId(tree, index));
  return [...mints, ...leaves].map((address) => address.toBase58());
}

function isMint(account: AccountInfo<Buffer> | null): boolean {
  if (account === null || !account.owner.equals(TOKEN_2022_PROGRAM_ID)) return false;
  try {
    return unpackMint(PublicKey.default, account, TOKEN_2022_PROGRAM_ID).isInitialized;
  } catch {
    return false; // a token account, not a mint
  }
}
