import type { AssetChoice } from '#shared/domain/sale/assets/asset-terms.js';

/** The sale's settings for the assets of its tickets. */
export const assetView = ({ tickets = 'transferable', asset = 'token-2022', smartWallets, image, externalUrl }: AssetChoice): object => ({
  ...{ tickets, asset, ...(smartWallets && { smartWallets }) },
  ...{ ...(image !== undefined && { image }), ...(externalUrl !== undefined && { externalUrl }) },
});
