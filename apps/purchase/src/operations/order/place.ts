import { PlaceOrder } from '#shared/domain/sale/commands.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { orderId } from '#shared/kernel/ids.js';
import { orderView } from '../../reads/views.js';
import { ORDER_PATH, SALE_PATH } from '../addresses.js';
import { Order } from '../answers.js';
import { bodyOf, type CommandToDecide, type Mutation } from '../operation.js';

/** Known before the decision: the order id is derived from the key. */
export const placedBy = ({ tenant, sale, key }: CommandToDecide) => orderId(tenant, sale, key);

export const orderPlace = {
  name: 'order.place',
  method: 'placeOrder',
  summary: 'Orders named units, places, or the best units that are free: all of them or none.',
  http: { path: `${SALE_PATH}/orders`, location: ORDER_PATH, example: { buyer: 'b-42', quantity: 2 } },
  schema: PlaceOrder,
  refusals: [
    'sale-unknown',
    'sale-not-yet-open',
    'sale-closed',
    'sale-paused',
    'quantity-needed',
    'units-needed',
    'wallet-needed',
    'category-unknown',
    'category-needed',
    'area-unknown',
    'type-needed',
    'type-not-sold',
    'unit-unknown',
    'unit-taken',
    'sold-out',
    'not-adjacent',
    'buyer-limit',
    'wallet-limit',
    'hold-limit',
    'mint-budget-spent',
    'code-unknown',
    'code-not-valid-now',
    'code-without-effect',
    'code-used-up',
  ],
  answer: Order,
  status: 201,
  decide: (sale, command, at) =>
    placeOrder(sale, { tenant: command.tenant, order: placedBy(command), command: bodyOf<PlaceOrder>(command) }, at),
  view: (sale, command, version) => orderView(sale, placedBy(command), version),
} as const satisfies Mutation;
