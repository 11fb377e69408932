import { z } from 'zod';
import { moment, name, saleId, whole } from '../../commands.js';
import { MAX_HOLD_SECONDS, MAX_UNITS_PER_SALE } from '../../values.js';
import { assetLinks } from '../assets/commands.js';
import { MAX_ENDED_HOLDS } from '../limits.js';
import { limits, offered, readCode } from '../offer/commands.js';

/** `sale.change` */
export const ChangeSale = z
  .strictObject({
    sale: saleId,
    name: name.optional(),
    currency: offered.currency.describe('The current one: it cannot be changed'),
    price: offered.price,
    categories: offered.categories.describe('The complete list: existing ones, possibly with other names or limits, and new ones'),
    types: offered.types.describe('The complete list: existing and new ones'),
    prices: offered.prices.describe('All of them, for later orders'),
    codes: offered.codes.describe('The complete list: an omitted code can no longer be used'),
    units: offered.units.optional().describe('Added rows, seats and areas, and existing areas with a new quota'),
    maxPerBuyer: limits.maxPerBuyer.optional(),
    maxPerWallet: limits.maxPerWallet.nullable().describe('null: any number'),
    maxEndedHolds: whole(1, MAX_UNITS_PER_SALE).nullable().optional().describe(`null: ${MAX_ENDED_HOLDS}`),
    holdSeconds: whole(1, MAX_HOLD_SECONDS).optional().describe('Of later orders'),
    opensAt: moment.nullable().optional().describe('null: no limit'),
    closesAt: moment.nullable().optional().describe('null: no limit'),
    image: assetLinks.image.nullable().describe('Of tickets whose mint is requested later. null: an image that is made'),
    externalUrl: assetLinks.externalUrl.nullable().describe('Of tickets whose mint is requested later. null: none'),
    paused: z.boolean('must be true or false').optional().describe('true: it takes no orders until it is false'),
    reopen: z.literal(true, 'must be true, or left out').optional().describe('Accepts orders again after it was closed'),
  })
  .refine((change) => Object.keys(change).length > 1, { message: 'must name a change', path: [] });
export type ChangeSale = z.infer<typeof ChangeSale>;

/** The body of an accepted change, with parsed times. */
export function readChange({ opensAt, closesAt, codes, ...change }: z.input<typeof ChangeSale>): ChangeSale {
  const moments = Object.entries({ opensAt, closesAt }).flatMap(([member, text]) =>
    text === undefined ? [] : [[member, text === null ? null : Date.parse(text)]],
  );
  return { ...(change as ChangeSale), ...(codes !== undefined && { codes: codes.map(readCode) }), ...Object.fromEntries(moments) };
}
