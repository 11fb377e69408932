import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { PlaceOrder } from '../../../../libs/client/src/index.js';
import { withExitCodes } from '../operator.js';
import { forSellers, listIn, type SellerOptions, send, wholeIn } from '../seller.js';
import { orderText } from './order.js';

interface Purchase extends SellerOptions {
  readonly units?: readonly string[];
  readonly best?: number;
  readonly category?: string;
  readonly area?: string;
  readonly adjacent?: true;
  readonly type?: string;
  readonly buyer: string;
  readonly wallet?: string;
  readonly code?: string;
  readonly key?: string;
}

/** `admit buy <sale>` */
export function addBuyCommand(program: Command): void {
  forSellers(
    withExitCodes(program.command('buy'))
      .argument('<sale>')
      .description('order units by name, or the best that are free: all of them or none'),
    'buy gala --units A-1,A-2 --buyer b-42 --wallet "$ADMIT_WALLET"',
    'buy gala --best 2 --category stalls --adjacent --buyer b-42 --key cart-4711',
  )
    .addOption(
      new Option('--units <units>', 'by name, with commas between them')
        .argParser(listIn)
        .conflicts(['best', 'category', 'area', 'adjacent']),
    )
    .option('--best <number>', 'so many, the best that are free', wholeIn)
    .option('--category <category>', 'of this category')
    .option('--area <area>', 'of this area')
    .option('--adjacent', 'next to each other')
    .option('--type <type>', 'type of every ticket, where several are sold')
    .requiredOption('--buyer <buyer>', 'a pseudonym that you choose, one for each person')
    .option('--wallet <address>', 'whose the minted tickets are')
    .option('--code <code>', 'a discount code of the sale')
    .option('--key <key>', 'idempotency key of this order: a repeated one answers the same order (default: a new one)')
    .action(buy);
}

async function buy(sale: string, purchase: Purchase, command: Command): Promise<void> {
  const { units, best, buyer, wallet, code, key = randomUUID() } = purchase;
  if (units === undefined && best === undefined) command.error('error: name the units with --units, or use --best');
  const body: PlaceOrder = {
    sale,
    buyer,
    ...chosen(purchase),
    ...(wallet !== undefined && { wallet }),
    ...(code !== undefined && { code }),
  };
  await send(purchase, { ask: (client) => client.placeOrder(body, { key }), shown: orderText, key });
}

function chosen({ units, best, category, area, adjacent, type }: Purchase): Pick<PlaceOrder, 'units' | 'quantity' | 'items'> {
  const ofType = type !== undefined && { type };
  if (units !== undefined) return type === undefined ? { units } : { items: units.map((unit) => ({ unit, ...ofType })) };
  const place = {
    ...(category !== undefined && { category }),
    ...(area !== undefined && { area }),
    ...(adjacent && { adjacent }),
    ...ofType,
  };
  return { items: [{ ...(best !== undefined && { quantity: best }), ...place }] };
}
