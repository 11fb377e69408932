import { Keypair } from '@solana/web3.js';
import type { Caller } from './caller.js';

/** One request that is right, and another that is right too but not the same. */
export interface Pair {
  readonly body: Readonly<Record<string, unknown>>;
  readonly other: Readonly<Record<string, unknown>>;
  /** If they differ. */
  readonly pointer: string;
}

const terms = { name: 'Gala', price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', maxPerBuyer: 100 };
const wallet = Keypair.generate().publicKey.toBase58();

/** New prerequisites for one operation: a sale with the objects it needs. */
export async function pairFor(operation: string, sale: string, caller: Caller): Promise<Pair> {
  if (operation === 'sale.open') {
    const body = { sale, ...terms, units: { quota: 5 } };
    return { body, other: { ...body, units: { quota: 6 } }, pointer: '/units/quota' };
  }
  const paid = operation.startsWith('payment.') || operation === 'order.refund';
  await caller.ask('sale.open', { sale, ...terms, units: { quota: 5 }, payment: paid ? 'webhook' : 'none' }, 'open');
  if (operation === 'order.place') {
    const body = { sale, buyer: 'b-1', quantity: 1 };
    return { body, other: { ...body, quantity: 2 }, pointer: '/quantity' };
  }
  if (operation === 'sale.change') return { body: { sale, maxPerBuyer: 3 }, other: { sale, maxPerBuyer: 4 }, pointer: '/maxPerBuyer' };
  if (operation === 'sale.close') return { body: { sale }, other: { sale: `${sale}-2` }, pointer: '/sale' };
  const placed = [await caller.place(sale, { quantity: 1 }, 'one'), await caller.place(sale, { quantity: 1 }, 'two')];
  const [one, two] = placed.map(({ body }) => body as { order: string; tickets: { ticket: string }[] });
  if (operation === 'ticket.mint') {
    const body = { sale, tickets: [one?.tickets[0]?.ticket], wallet };
    return { body, other: { ...body, tickets: [two?.tickets[0]?.ticket] }, pointer: '/tickets/0' };
  }
  const payment = { sale, order: one?.order, payment: 'pay-1', amount: '5000', currency: 'EUR' };
  if (operation === 'payment.disputed') {
    const disputed = { ...payment, dispute: 'dp_1', status: 'opened' };
    return { body: disputed, other: { ...disputed, amount: '4000' }, pointer: '/amount' };
  }
  if (operation === 'payment.refund-failed') {
    const failed = { ...payment, refund: 're_1' };
    return { body: failed, other: { ...failed, amount: '4000' }, pointer: '/amount' };
  }
  if (operation.startsWith('payment.')) return { body: payment, other: { ...payment, amount: '4000' }, pointer: '/amount' };
  if (operation === 'order.refund') await caller.ask('payment.confirm', payment, 'paid');
  return { body: { sale, order: one?.order }, other: { sale, order: two?.order }, pointer: '/order' };
}

/** Operations that create something answer 201, others 200. */
export const NEW: ReadonlySet<string> = new Set(['sale.open', 'order.place']);
