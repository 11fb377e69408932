import type { CommandDecided } from '#shared/domain/decided.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { Decision } from '#shared/domain/refusal.js';
import { OpenSale, type PlaceOrder } from '#shared/domain/sale/commands.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { placeOrder } from '#shared/domain/sale/place-order.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import { orderId } from '#shared/kernel/ids.js';
import { type Answer, refusalAnswer } from './answer.js';
import type { Command, Operation } from './command.js';
import { orderView, saleView } from './order-view.js';

/** Requests were read by their schemas before they were stored: `OpenSale` is read again for its defaults and times, `PlaceOrder` has none. */
interface Verb {
  readonly decide: (sale: Sale, command: Command, at: number) => Decision<SaleEvent>;
  /** The answer of an accepted command, from the state it led to. */
  readonly answer: (sale: Sale, command: Command, version: number) => Answer;
}

const VERBS: Readonly<Record<Operation, Verb>> = {
  'sale.open': {
    decide: (sale, { request }) => openSale(sale, OpenSale.parse(request)),
    answer: (sale, _, version) => ({ status: 201, body: JSON.stringify(saleView(sale, version)) }),
  },
  'order.place': {
    decide: (sale, command, at) =>
      placeOrder(sale, { tenant: command.tenant, order: orderOf(command), command: command.request as unknown as PlaceOrder }, at),
    answer: (sale, command, version) => {
      const order = sale.open?.orders.get(orderOf(command));
      if (order === undefined) throw new Error('an accepted order is in the state it led to');
      return { status: 201, body: JSON.stringify(orderView(sale, order, version)) };
    },
  },
};

const orderOf = ({ tenant, sale, key }: Command) => orderId(tenant, sale, key);

export interface Decided {
  readonly answer: Answer;
  readonly events: readonly Recorded[];
}

/** Decides one command and applies it to the sale. The record of the decision comes first, what it did follows. */
export function decideCommand(sale: Sale, command: Command, storedAt: number, version: number): Decided {
  const at = Math.max(sale.clock, storedAt);
  sale.clock = at; // a refusal has its time too, and what comes after it is no earlier
  const verb = VERBS[command.operation];
  const decision = verb.decide(sale, command, at);
  const effects = 'events' in decision ? decision.events : [];
  for (const event of effects) sale.evolve(event, at);
  const answer = 'events' in decision ? verb.answer(sale, command, version) : refusalAnswer(decision.refusal);
  const record = {
    ...recordOf(command, answer, effects.length),
    at,
    ...(command.traceparent !== undefined && { traceparent: command.traceparent }),
  };
  return { answer, events: [record, ...effects.map((event) => ({ ...event, at }))] };
}

function recordOf({ operation, key, keyHash, fingerprint, request }: Command, { status, body }: Answer, emitted: number): CommandDecided {
  const outcome = status < 400 ? 'accepted' : 'refused';
  return { type: 'CommandDecided', data: { operation, key, keyHash, fingerprint, request, outcome, status, body, emitted } };
}
