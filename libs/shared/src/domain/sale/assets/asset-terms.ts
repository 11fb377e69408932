/** `revocable`: the asset cannot be given away, and is burned before its unit is sold again. */
export type TicketRule = 'transferable' | 'revocable';
/** What a ticket is on the blockchain. `token-2022`: a mint of the Token-2022 program. `compressed`: a leaf in a tree of compressed NFTs. */
export type AssetKind = 'token-2022' | 'compressed';

/** What wallets show of a ticket beside its names. Both are https addresses of the organiser. */
export interface AssetLinks {
  /** Absent: an image that is made of the sale, the category and the label. */
  readonly image?: string;
  readonly externalUrl?: string;
}

/** What a sale chooses of the assets of its tickets. Its links alone may change. */
export interface AssetChoice extends AssetLinks {
  /** Absent: transferable. */
  readonly tickets?: TicketRule;
  /** Absent: token-2022. */
  readonly asset?: AssetKind;
  /** Wallets may be addresses of programs, which no key signs for. */
  readonly smartWallets?: true;
}

/** What an asset must be for what its sale promised. */
export interface AssetTerms extends Omit<AssetChoice, 'tickets'> {
  /** Absent: the asset is transferable, and stands for ever. */
  readonly revocable?: true;
}

export const assetTerms = ({ tickets, asset, smartWallets, image, externalUrl }: AssetChoice): AssetTerms => ({
  ...(tickets === 'revocable' && { revocable: true }),
  ...(asset !== undefined && { asset }),
  ...(smartWallets && { smartWallets }),
  ...(image !== undefined && { image }),
  ...(externalUrl !== undefined && { externalUrl }),
});
