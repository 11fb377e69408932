import { ExtensionType, getAccountLen } from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import type { OrderId, TenantId, TicketId, UnitId, Wallet } from '#shared/kernel/ids.js';
import { MARKER_BYTES } from '../../apps/minter/src/chains/bubblegum/instructions.js';
import { signLeafBurn, signLeafMint } from '../../apps/minter/src/chains/bubblegum/leaf-transaction.js';
import { markerAddress } from '../../apps/minter/src/chains/bubblegum/marker.js';
import { type TreeSize, treeBytes } from '../../apps/minter/src/chains/bubblegum/tree-account.js';
import type { SignedTransaction } from '../../apps/minter/src/chains/chain.js';
import { assetAddress } from '../../apps/minter/src/chains/token-2022/asset-address.js';
import { freshMintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { assetBytes, signBurn, signMint } from '../../apps/minter/src/chains/token-2022/mint-transaction.js';

/** The page whose table is derived from the transactions that the minter signs. */
export const COSTS_PAGE = 'docs/compressed.md';

const SIGNATURE_LAMPORTS = 5_000;
const LAMPORTS_PER_SOL = 1_000_000_000;
const MILLION = 1_000_000;
/** Two years of rent, after which an account pays none. Each account counts as 128 bytes more than it has. */
const RENT_PER_BYTE = 6_960;
const ACCOUNT_BYTES = 128;
/** What Bubblegum takes for a leaf. */
const LEAF_LAMPORTS = 90_000;
const HASH_BYTES = 32;
/** The tree that `admit mint tree create` makes: a million tickets. */
const TREE: TreeSize = { depth: 20, buffer: 256, canopy: 10 };

const TICKET = 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa' as TicketId;
const TENANT = 'demo' as TenantId;
const terms = { rent: 1n, blockhash: PublicKey.default.toBase58(), lastValidBlockHeight: 1, microLamports: 0 };
const address = (): string => Keypair.generate().publicKey.toBase58();

const rent = (bytes: number): number => RENT_PER_BYTE * (ACCOUNT_BYTES + bytes);
const bytesOf = ({ transaction }: SignedTransaction): number => Buffer.from(transaction, 'base64').length;
/** The first byte of a transaction counts its signatures. */
const feeOf = ({ transaction }: SignedTransaction): number => SIGNATURE_LAMPORTS * (Buffer.from(transaction, 'base64')[0] ?? 0);

interface Cost {
  readonly bytes: number;
  readonly lamports: number;
  /** Bytes of the burn of a revocable ticket. */
  readonly burn?: number;
}

/** The costs of both kinds of ticket, by the first column of the table. Sizes do not depend on the keys, which are new. */
export async function ticketCosts(): Promise<ReadonlyMap<string, Cost>> {
  const keys = freshMintKeys();
  const plan: Omit<MintPlan, 'base' | 'seed' | 'program' | 'asset'> = {
    ...{ ticket: TICKET, order: 'ord_a' as OrderId, unit: 'A-1' as UnitId, wallet: address() as Wallet, request: 1, genesisHash: 'g' },
    ...{ name: 'n'.repeat(31), symbol: 's'.repeat(5), uri: 'u'.repeat(70), memo: 'm'.repeat(43), salt: 's' },
  };
  const delegate = { delegate: keys.delegate.address };
  const token = { ...plan, ...assetAddress(keys.base.publicKey, TENANT, TICKET) };
  const leaf = { ...plan, ...markerAddress(keys.base.publicKey, TENANT, TICKET), compressed: { collection: address() } };
  const tree = new PublicKey(address());
  const proof = {
    root: Buffer.alloc(HASH_BYTES),
    nodes: Array.from({ length: TREE.depth - TREE.canopy }, () => new PublicKey(address()).toBuffer()),
  };
  const tokenCost = async (of: MintPlan, extensions: ExtensionType[]): Promise<Cost> => {
    const signed = await signMint(of, keys, terms);
    return { bytes: bytesOf(signed), lamports: rent(assetBytes(of)) + rent(getAccountLen(extensions)) + feeOf(signed) };
  };
  const leafCost = async (of: MintPlan): Promise<Cost> => {
    const signed = await signLeafMint(of, tree, keys, terms);
    return { bytes: bytesOf(signed), lamports: rent(MARKER_BYTES) + LEAF_LAMPORTS + feeOf(signed) };
  };
  const { ImmutableOwner, NonTransferableAccount } = ExtensionType;
  const burnToken = bytesOf(await signBurn({ ...token, ...delegate }, keys, terms));
  const burnLeaf = bytesOf(await signLeafBurn({ ...leaf, ...delegate }, { tree, index: 0 }, proof, keys, terms));
  return new Map([
    ['Token-2022, transferable', await tokenCost(token, [ImmutableOwner])],
    [
      'Token-2022, revocable',
      { ...(await tokenCost({ ...token, ...delegate }, [ImmutableOwner, NonTransferableAccount])), burn: burnToken },
    ],
    ['compressed, transferable', await leafCost(leaf)],
    ['compressed, revocable', { ...(await leafCost({ ...leaf, ...delegate })), burn: burnLeaf }],
  ]);
}

const text = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Replaces bytes, lamports and SOL in the page's table and the size of its tree. Compute units are measured and stay. @throws Error when a row is missing */
export async function withCosts(page: string): Promise<string> {
  let next = page;
  for (const [row, { bytes, lamports, burn }] of await ticketCosts()) {
    const found = next.split('\n').find((line) => line.startsWith(`| ${row} |`));
    const [units = '', burnt = ''] = [3, 6].map((column) => found?.split('|')[column]?.trim());
    if (found === undefined) throw new Error(`the page has no row "${row}"`);
    const burning = burn === undefined ? '' : ` ${text(burn)} · ${burnt.split(' · ').at(-1)}`;
    const sol = (lamports * MILLION) / LAMPORTS_PER_SOL;
    next = next.replace(found, `| ${row} | ${text(bytes)} | ${units} | ${text(lamports)} | ${text(sol)} |${burning} |`);
  }
  return next.replace(/canopy 10\) has [\d,]+ bytes/, `canopy 10) has ${text(treeBytes(TREE))} bytes`);
}
