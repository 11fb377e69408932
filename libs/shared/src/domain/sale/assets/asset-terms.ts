/** `revocable`: the holder cannot transfer the asset, and it is burned before its unit is sold again. */
export type TicketRule = 'transferable' | 'revocable';
/** A ticket's form on the blockchain: `token-2022`, a mint of the Token-2022 program; `compressed`, a leaf in a tree. */
export type AssetKind = 'token-2022' | 'compressed';

/** Links that wallets show for a ticket. Both are https addresses of the organiser. */
export interface AssetLinks {
  /** Absent: an image generated from the sale, the category and the label. */
  readonly image?: string;
  readonly externalUrl?: string;
}

/** A sale's choice for the assets of its tickets. Only its links may change. */
export interface AssetChoice extends AssetLinks {
  /** Absent: transferable. */
  readonly tickets?: TicketRule;
  /** Absent: token-2022. */
  readonly asset?: AssetKind;
  /** Wallets may be addresses of programs, for which no key signs. */
  readonly smartWallets?: true;
}

/** The properties that an asset must have to keep the promise of its sale. */
export interface AssetTerms extends Omit<AssetChoice, 'tickets'> {
  /** Absent: the asset is transferable and permanent. */
  readonly revocable?: true;
}

export const assetTerms = ({ tickets, asset, smartWallets, image, externalUrl }: AssetChoice): AssetTerms => ({
  ...(tickets === 'revocable' && { revocable: true }),
  ...(asset !== undefined && { asset }),
  ...(smartWallets && { smartWallets }),
  ...(image !== undefined && { image }),
  ...(externalUrl !== undefined && { externalUrl }),
});
