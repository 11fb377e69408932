/** Chains that a public explorer shows, by their genesis hash, with the explorer's query for each. */
export const CLUSTERS: Readonly<Record<string, string>> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': '',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: '?cluster=devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY': '?cluster=testnet',
};

interface OnChainTicket {
  readonly asset?: string;
  readonly leaf?: { readonly asset: string };
}

/** The address that wallets show. A compressed ticket has it once it is minted; its `asset` is the address of its marker. */
export const shownAsset = ({ asset, leaf }: OnChainTicket): string | undefined => leaf?.asset ?? asset;

/** What the address in a plan is. */
export const plannedAs = ({ compressed }: { readonly compressed?: unknown }): string => (compressed === undefined ? 'Asset' : 'Marker');
