import type { Delivery } from '#shared/consumer/delivery.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { encodeCommit, NO_HEAD } from '#shared/event-store/commit.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import type { OrderId, PaymentId, SaleId, TenantId } from '#shared/kernel/ids.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { SaleList } from '../lookups/sale-list.js';
import { LookupReactor } from './lookup-reactor.js';

const subject = 'ev.demo.sale.gala';
const [one, other] = ['a', 'b'].map((letter) => `ord_${letter.repeat(26)}` as OrderId) as [OrderId, OrderId];
const silent = { warn: () => undefined } as unknown as Logger;
const received = (payment: string, order = one): Recorded =>
  ({
    type: 'PaymentReceived',
    at: 1,
    data: { payment: payment as PaymentId, order, amount: '5000', currency: 'EUR', matched: true },
  }) as Recorded;
const delivery = (...events: Recorded[]): Delivery =>
  ({ subject, sequence: 1, body: encodeCommit(subject, NO_HEAD, events) }) as unknown as Delivery;

let values: MemoryValues;
let index: PaymentIndex;
let reactor: LookupReactor;
beforeEach(() => {
  values = new MemoryValues();
  index = new PaymentIndex(values);
  reactor = new LookupReactor(index, new SaleList(values, values), silent);
});

it("records Stripe's payments in a commit, for their tenant alone", async () => {
  expect(await reactor.handle(delivery(received('pi_1'), received('hash_x', other), received('pay_2')))).toEqual({ kind: 'ack' });
  const found = ['pi_1', 'hash_x', 'pay_2'].map((payment) => index.find('demo', payment));
  expect(await Promise.all(found)).toEqual([{ sale: 'gala', order: one }, { sale: 'gala', order: other }, undefined]);
  expect(await index.find('acme', 'pi_1')).toBeUndefined();
});

it('keeps the first order that a payment was received for', async () => {
  await reactor.handle(delivery(received('pi_1')));
  await reactor.handle(delivery(received('pi_1', other)));
  expect(await index.find('demo', 'pi_1')).toEqual({ sale: 'gala', order: one });
});

it('turns a foreign payment into a known one, never the reverse', async () => {
  await index.addForeign('demo', 'pi_1');
  expect(await index.find('demo', 'pi_1')).toBe('foreign');
  await index.add('demo' as TenantId, 'pi_1' as PaymentId, { sale: 'gala' as SaleId, order: one });
  await index.addForeign('demo', 'pi_1');
  expect(await index.find('demo', 'pi_1')).toEqual({ sale: 'gala', order: one });
});

it('gets a commit again if it could not record it', async () => {
  values.put = async () => {
    throw new Error('the bucket is away');
  };
  expect(await reactor.handle(delivery(received('pi_1')))).toMatchObject({ kind: 'nak' });
});

it('does not parse a commit without a received payment', async () => {
  const body = Buffer.from('neither JSON nor a commit');
  expect(await reactor.handle({ subject, sequence: 1, body } as unknown as Delivery)).toEqual({ kind: 'ack' });
});
