import { z } from 'zod';
import { fitting } from '../../commands.js';
import { LINK_RULE, linkProblem } from './links.js';

const tickets = z.enum(['transferable', 'revocable'], 'must be "transferable" or "revocable"');
const asset = z.enum(['token-2022', 'compressed'], 'must be "token-2022" or "compressed"');

const link = z.string('must be a string: an https address').check(fitting(linkProblem)).meta(LINK_RULE);

/** Applies to tickets whose mint is requested later; earlier requests keep their links. */
export const assetLinks = {
  image: link.optional().describe('The image that wallets show. Left out: an image of the name, the category and the label'),
  externalUrl: link.optional().describe('The page of the event, which wallets link to'),
};

/** Members of `sale.open` that choose the assets of tickets. */
export const assetChosen = {
  tickets: tickets
    .optional()
    .describe('`revocable`: assets cannot be given away, and are burned before a refunded unit is sold again. Left out: `transferable`'),
  asset: asset
    .optional()
    .describe(
      'What a ticket is on the blockchain: `compressed` needs an operator that offers it. It cannot be changed. Left out: `token-2022`',
    ),
  smartWallets: z
    .literal(true, 'must be true, or left out')
    .optional()
    .describe('Wallets may be addresses of programs, which no key signs for: a smart wallet or a multisig. It cannot be changed'),
  ...assetLinks,
};
