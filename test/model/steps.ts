import fc from 'fast-check';
import { type OrderId, orderId, type SaleId, type TenantId, ticketId, type UnitId } from '#shared/kernel/ids.js';
import { codes, isFront, type Model, pricesOf, type Real, SEATS } from './model.js';

type Step = fc.AsyncCommand<Model, Real>;
type Does = (model: Model, real: Real) => Promise<void>;

class Named implements Step {
  constructor(
    private readonly name: string,
    readonly run: Does,
  ) {}
  check = (): boolean => true;
  toString = (): string => this.name;
}

const WALLET = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
const idOf = (real: Real, key: string): string => orderId('demo' as TenantId, real.sale as SaleId, key);

const ticketOf = (real: Real, order: string, unit: string): string =>
  ticketId('demo' as TenantId, real.sale as SaleId, order as OrderId, unit as UnitId);

/** Sends a request, and repeats it with the same key: the same bytes, whatever happened between. */
async function ask(
  model: Model,
  real: Real,
  what: string,
  body: object,
  key: string,
): Promise<{ readonly status: number; readonly fresh: boolean }> {
  const answer = await real.ask(what, { sale: real.sale, ...body }, key);
  const before = model.answers.get(key);
  if (before !== undefined) expect([answer.status, answer.text]).toEqual([before.status, before.text]);
  model.answers.set(key, { status: answer.status, text: answer.text });
  return { status: answer.status, fresh: before === undefined };
}

function place(key: string, buyer: string, units: readonly string[], type: 'adult' | 'child', coded: boolean): Step {
  return new Named(`place ${key} ${buyer} ${type} ${units.join('+')}${coded ? ' by code' : ''}`, async (model, real) => {
    const name = `place-${key}-${buyer}-${type}-${units.join('')}-${coded}`;
    const items = units.map((unit) => ({ unit, ...(isFront(unit) && { type }) }));
    const { status, fresh } = await ask(model, real, 'order.place', { buyer, items, ...(coded && { code: 'HALF' }) }, name);
    if (fresh) expect(status).toBe(model.place(idOf(real, name), buyer, units, type, coded) ? 201 : 409);
    else model.expire();
  });
}

/** The best units of a category, according to the model. */
const best = fc.tuple(fc.nat(3), fc.constantFrom('b-1', 'b-2', 'b-3'), fc.boolean(), fc.integer({ min: 1, max: 2 }), fc.boolean()).map(
  ([key, buyer, front, quantity, adjacent]) =>
    new Named(`best ${key} ${buyer} ${front} ${quantity} ${adjacent}`, async (model, real) => {
      const name = `best-${key}-${buyer}-${front}-${quantity}-${adjacent}`;
      const item = { category: front ? 'front' : 'back', quantity, ...(front && { type: 'child' }), ...(adjacent && { adjacent }) };
      model.expire();
      const units = model.best(front, quantity, adjacent);
      const { status, fresh } = await ask(model, real, 'order.place', { buyer, items: [item] }, name);
      if (fresh) expect(status).toBe(model.place(idOf(real, name), buyer, units, 'child') ? 201 : 409);
    }),
);

/** A seat by name, and behind it the best of a category: of those that are left beside the named one. */
const mixed = fc.tuple(fc.nat(3), fc.constantFrom('b-1', 'b-2', 'b-3'), fc.constantFrom(...SEATS), fc.boolean()).map(
  ([key, buyer, unit, front]) =>
    new Named(`mixed ${key} ${buyer} ${unit} ${front}`, async (model, real) => {
      const name = `mixed-${key}-${buyer}-${unit}-${front}`;
      const child = (isChild: boolean): object => (isChild ? { type: 'child' } : {});
      const items = [
        { category: front ? 'front' : 'back', quantity: 1, ...child(front) },
        { unit, ...child(isFront(unit)) },
      ];
      model.expire();
      const other = model.best(front, 1, false, unit);
      const { status, fresh } = await ask(model, real, 'order.place', { buyer, items }, name);
      if (fresh) expect(status).toBe(model.place(idOf(real, name), buyer, other && [unit, ...other], 'child') ? 201 : 409);
    }),
);

/** Something done to one of the orders there are. */
function onOrder(name: string, does: (model: Model, real: Real, id: string, key: string) => Promise<void>): fc.Arbitrary<Step> {
  return fc.tuple(fc.nat(5), fc.nat(2)).map(
    ([index, key]) =>
      new Named(`${name} #${index} ${key}`, async (model, real) => {
        const id = [...model.orders.keys()][index % Math.max(1, model.orders.size)];
        if (id !== undefined) await does(model, real, id, `${name}-${id}-${key}`);
      }),
  );
}

const pay = onOrder('pay', async (model, real, order, key) => {
  const { fresh } = await ask(model, real, 'payment.confirm', { order, payment: key, amount: model.total(order), currency: 'EUR' }, key);
  if (fresh) model.pay(order, key);
  else model.expire();
});

const fail = onOrder('fail', async (model, real, order, key) => {
  await ask(model, real, 'payment.fail', { order, payment: `other-${key}`, amount: model.total(order), currency: 'EUR' }, key);
  model.expire();
});

const cancel = onOrder('cancel', async (model, real, order, key) => {
  const { status, fresh } = await ask(model, real, 'order.cancel', { order }, key);
  if (fresh) expect(status).toBe(model.cancel(order) ? 200 : 409);
  else model.expire();
});

const refund = onOrder('refund', async (model, real, order, key) => {
  const { status, fresh } = await ask(model, real, 'order.refund', { order }, key);
  if (fresh) expect(status).toBe(model.refund(order, false) ? 200 : 409);
  else model.expire();
});

const override = onOrder('override', async (model, real, order, key) => {
  const { status, fresh } = await ask(model, real, 'order.refund', { order, override: true }, key);
  if (fresh) expect(status).toBe(model.refund(order, true) ? 200 : 409);
  else model.expire();
});

const mint = onOrder('mint', async (model, real, order, key) => {
  const { units } = model.orders.get(order) ?? { units: [] };
  const unit = units[Number(key.at(-1)) % units.length] ?? '';
  const { status, fresh } = await ask(model, real, 'ticket.mint', { tickets: [ticketOf(real, order, unit)], wallet: WALLET }, key);
  if (fresh) expect(status).toBe(model.mint(order, unit) ? 200 : 409);
  else model.expire();
});

const end = (name: string, more: object): fc.Arbitrary<Step> =>
  onOrder(name, async (model, real, order, key) => {
    model.expire();
    const { units, status: before } = model.orders.get(order) ?? { units: [] };
    const unit = units[Number(key.at(-1)) % units.length] ?? '';
    const what = before === 'confirmed' ? 'order.refund' : 'order.cancel';
    const { status, fresh } = await ask(model, real, what, { order, tickets: [ticketOf(real, order, unit)], ...more }, `${what}-${key}`);
    if (fresh) expect(status).toBe(model.end(order, unit, 'override' in more) ? 200 : 409);
  });

const makeVoid = onOrder('void', async (model, real, order) => {
  if (real.tell === undefined) return;
  for (const unit of model.makeVoid(order)) {
    const ticket = ticketOf(real, order, unit);
    await real.tell('ticket.release', { sale: real.sale, ticket, request: 0, void: true }, `release:${ticket}`);
  }
});

const moneyBack = fc.nat(4).map(
  (index) =>
    new Named(`money back #${index}`, async (model, real) => {
      const [payment, told] = [...model.payments][index % Math.max(1, model.payments.size)] ?? [];
      if (payment === undefined || told === undefined) return;
      const { fresh } = await ask(
        model,
        real,
        'payment.refunded',
        { order: told.order, payment, amount: model.total(told.order), currency: 'EUR' },
        `back-${payment}`,
      );
      if (fresh) model.moneyBack(payment);
      else model.expire();
    }),
);

const later = fc.integer({ min: 1, max: 12 }).map(
  (minutes) =>
    new Named(`${minutes} minutes`, async (model, real) => {
      if (real.pass === undefined) return;
      real.pass(minutes);
      model.now += minutes;
    }),
);

/** Orders, seats, money and refunds: the same in the model and in the real thing. */
const compare = fc.constant(
  new Named('compare', async (model, real) => {
    for (const [id, order] of model.orders) {
      const { body } = await real.ask('order.get', { sale: real.sale, order: id }, '');
      const seen = body.status === 'held' && order.status === 'expired' ? 'expired' : body.status; // expired by the next command
      expect([id, seen]).toEqual([id, order.status]);
      for (const { unit, status } of body.tickets as { readonly unit: string; readonly status: string }[])
        expect([unit, status === 'void', status === 'revoking']).toEqual([unit, order.voided.has(unit), model.isRevoking(order, unit)]);
    }
    const { body } = await real.ask('sale.refunds-due', { sale: real.sale }, '');
    const owed = (body.refundsDue as { payment: string; amount: string }[]).map(({ payment, amount }) => `${payment} ${amount}`).sort();
    expect(owed).toEqual([...model.payments].flatMap(([payment, told]) => (told.owed > 0 ? [`${payment} ${told.owed}`] : [])).sort());
  }),
);

const places = fc
  .tuple(
    fc.nat(3),
    fc.constantFrom('b-1', 'b-2', 'b-3'),
    fc.uniqueArray(fc.constantFrom(...SEATS), { minLength: 1, maxLength: 2 }),
    fc.constantFrom('adult' as const, 'child' as const),
    fc.constantFrom(false, false, true),
  )
  .map(([key, buyer, units, type, coded]) => place(`${key}`, buyer, units, type, coded));

/** Terms for later orders; mostly it is not paused. */
const change = fc
  .tuple(fc.nat(9), fc.record({ times: fc.constantFrom(1, 2), uses: fc.nat(3), paused: fc.constantFrom(false, false, false, true) }))
  .map(
    ([key, terms]) =>
      new Named(`change ${key} ${JSON.stringify(terms)}`, async (model, real) => {
        const { times, uses, paused } = terms;
        const body = { prices: pricesOf(times), codes: codes(uses), paused };
        const { status, fresh } = await ask(model, real, 'sale.change', body, `change-${key}-${JSON.stringify(terms)}`);
        expect(status).toBe(200);
        if (fresh) model.change(terms);
        else model.expire();
      }),
  );

/** What few would come to by chance: the way to a mint in one step. */
const sold = fc.tuple(places, pay, mint).map(
  (steps) =>
    new Named(steps.map(String).join(', '), async (model, real) => {
      for (const step of steps) await step.run(model, real);
    }),
);

export const STEPS: fc.Arbitrary<Step>[] = [
  ...[places, best, mixed, pay, pay, fail, cancel, moneyBack, later, compare],
  ...[sold, sold, mint, refund, override, override, makeVoid],
  ...[end('end one', {}), end('end one', {}), end('end one by override', { override: true }), change, change],
];
