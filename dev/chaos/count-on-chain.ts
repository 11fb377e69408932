import { TOKEN_2022_PROGRAM_ID, unpackMint } from '@solana/spl-token';
import { type AccountInfo, Connection, PublicKey, SystemProgram } from '@solana/web3.js';

const ACCOUNTS_PER_CALL = 100;

export interface OnChain {
  /** Assets of exactly one token that exist at the addresses in the log. */
  readonly assets: number;
  /** Minting transactions beyond one for each memo: every attempt at a ticket carries the same one, and no other ticket does. */
  readonly duplicates: number;
}

/** Counts with nothing but an RPC node: the payer's minting transactions, and the assets that exist. */
export async function countOnChain(url: string, payer: PublicKey, expected: readonly string[]): Promise<OnChain> {
  const rpc = new Connection(url, 'finalized');
  let assets = 0;
  for (let from = 0; from < expected.length; from += ACCOUNTS_PER_CALL) {
    const addresses = expected.slice(from, from + ACCOUNTS_PER_CALL).map((address) => new PublicKey(address));
    const accounts = await rpc.getMultipleAccountsInfo(addresses, 'finalized');
    for (const [index, address] of addresses.entries()) {
      const account = accounts[index] ?? null;
      if (account !== null && isAsset(address, account)) assets += 1;
    }
  }
  const memos = await memosOfMints(rpc, payer);
  return { assets, duplicates: memos.length - new Set(memos).size };
}

/** A mint of one token, or the marker of a compressed ticket. */
const isAsset = (address: PublicKey, account: AccountInfo<Buffer>): boolean =>
  account.owner.equals(SystemProgram.programId)
    ? account.data.length === 1
    : unpackMint(address, account, TOKEN_2022_PROGRAM_ID).supply === 1n;

/** Memos of the payer's minting transactions. Every mint carries one, whatever its recipient; no other transaction of the payer does. */
export async function memosOfMints(rpc: Connection, payer: PublicKey): Promise<readonly string[]> {
  const memos: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await rpc.getSignaturesForAddress(payer, before === undefined ? {} : { before }, 'finalized');
    const last = page.at(-1);
    if (last === undefined) return memos;
    memos.push(...page.flatMap(({ err, memo }) => (err === null && memo !== null ? [memo] : [])));
    before = last.signature;
  }
}
