import {
  AccountLayout,
  ExtensionType,
  getExtensionData,
  getExtensionTypes,
  getMetadataPointerState,
  getPermanentDelegate,
  type Mint,
  TOKEN_2022_PROGRAM_ID,
  unpackMint,
} from '@solana/spl-token';
import { type TokenMetadata, unpack as unpackMetadata } from '@solana/spl-token-metadata';
import { type AccountInfo, PublicKey, SystemProgram } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { briefly } from './rpc/rpc.js';

export type Judgement =
  /** No account was created, though the address may hold lamports: a system account without data. */
  | { readonly kind: 'absent' }
  /** The asset as planned. Its supply is recorded but not checked: the holder may have burned it already. */
  | { readonly kind: 'ours'; readonly supply: bigint }
  | { readonly kind: 'foreign'; readonly found: string };

const ALWAYS = [ExtensionType.MetadataPointer, ExtensionType.TokenMetadata];
/** Non-transferable, and the delegate can burn it. */
const WHERE_REVOCABLE = [ExtensionType.NonTransferable, ExtensionType.PermanentDelegate];

/** The part of a plan that describes the account itself. */
export type PlannedAsset = Pick<MintPlan, 'asset' | 'name' | 'symbol' | 'uri' | 'delegate'>;

/** Compares the account at a planned address with its plan. Every property must match; a single difference makes it foreign. */
export function judgeAccount(account: AccountInfo<Buffer> | null, plan: PlannedAsset): Judgement {
  if (account === null || (account.owner.equals(SystemProgram.programId) && account.data.length === 0)) return { kind: 'absent' };
  if (!account.owner.equals(TOKEN_2022_PROGRAM_ID)) return { kind: 'foreign', found: `an account of ${account.owner.toBase58()}` };
  try {
    const mint = unpackMint(new PublicKey(plan.asset), account, TOKEN_2022_PROGRAM_ID);
    const found = differences(mint, plan);
    return found.length === 0 ? { kind: 'ours', supply: mint.supply } : { kind: 'foreign', found: `a mint with other ${found.join(', ')}` };
  } catch (thrown) {
    return { kind: 'foreign', found: `no mint: ${briefly(thrown)}` };
  }
}

function differences(mint: Mint, plan: PlannedAsset): string[] {
  const metadata = metadataOf(mint);
  const checks: Record<string, boolean> = {
    state: mint.isInitialized,
    decimals: mint.decimals === 0,
    'mint authority': mint.mintAuthority === null,
    'freeze authority': mint.freezeAuthority === null,
    supply: mint.supply <= 1n,
    extensions: sameSet(getExtensionTypes(mint.tlvData), plan.delegate === undefined ? ALWAYS : [...ALWAYS, ...WHERE_REVOCABLE]),
    'permanent delegate': getPermanentDelegate(mint)?.delegate.toBase58() === plan.delegate,
    'metadata pointer': pointsToItself(mint),
    name: metadata?.name === plan.name,
    symbol: metadata?.symbol === plan.symbol,
    URI: metadata?.uri === plan.uri,
    metadata: metadata !== undefined && isItsOwn(metadata, plan),
  };
  return Object.keys(checks).filter((name) => checks[name] !== true);
}

/** Only the planned extensions are permitted: a close authority, for example, would free the address for a second mint. */
const sameSet = (left: readonly ExtensionType[], right: readonly ExtensionType[]): boolean =>
  left.length === right.length && right.every((each) => left.includes(each));

function pointsToItself(mint: Mint): boolean {
  const pointer = getMetadataPointerState(mint);
  return pointer !== null && pointer.authority === null && pointer.metadataAddress?.equals(mint.address) === true;
}

function metadataOf(mint: Mint): TokenMetadata | undefined {
  const data = getExtensionData(ExtensionType.TokenMetadata, mint.tlvData);
  return data === null ? undefined : unpackMetadata(data);
}

/** Metadata of this asset, immutable, and without additional fields. */
const isItsOwn = ({ mint, updateAuthority, additionalMetadata }: TokenMetadata, { asset }: PlannedAsset): boolean =>
  mint.toBase58() === asset && updateAuthority?.toBase58() === asset && additionalMetadata.length === 0;

/** The holder in a token account of the asset, or `undefined` when the token is not there. */
export function holderOf(account: AccountInfo<Buffer> | null, plan: Pick<MintPlan, 'asset'>): string | undefined {
  if (account === null || !account.owner.equals(TOKEN_2022_PROGRAM_ID) || account.data.length < AccountLayout.span) return undefined;
  const { amount, mint, owner } = AccountLayout.decode(account.data);
  return amount === 1n && mint.toBase58() === plan.asset ? owner.toBase58() : undefined;
}
