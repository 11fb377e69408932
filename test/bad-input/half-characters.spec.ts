import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { PaymentEvent, WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { addressedParts, methodOf, routes } from '../../apps/purchase/src/api/http/routes.js';
import { operations } from '../../apps/purchase/src/operations/operations.js';
import { problemOf } from '../harness/http-caller.js';
import { Shop } from '../stages/shop.js';

/** Half of a surrogate pair: valid in JSON, but without a UTF-8 form, so neither Postgres nor other clients can store it. */
const HALVES = ['\ud800', 'a\udfff'];
/** The same as bytes of a path: the UTF-8 pattern it would have. */
const HALF_IN_AN_ADDRESS = '%ED%A0%80';

type Branch = Readonly<Record<string, unknown>>;

const about = { sale: 'bad', order: `ord_${'a'.repeat(26)}` };
const paid = { ...about, payment: 'pay_1', amount: '5000', currency: 'EUR' };
const ticket = { sale: 'bad', ticket: `tkt_${'a'.repeat(26)}` };
const wallet = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
const links = { image: 'https://organiser.example/new.png', externalUrl: 'https://organiser.example/new' };
const opened = (units: object): Branch => ({
  sale: 'new',
  name: 'New',
  units,
  price: { amount: '5000', currency: 'EUR' },
  payment: 'none',
  mint: 'on-request',
  tickets: 'transferable',
  asset: 'token-2022',
  ...links,
  opensAt: '2027-01-01T00:00:00Z',
  closesAt: '2027-02-01T00:00:00Z',
});
const price = { amount: '5000', currency: 'EUR' };
/** Prices by category and type, with every label and limit of a code. */
const offer = {
  currency: 'EUR',
  categories: [{ category: 'front', name: 'Front' }],
  types: [{ type: 'adult', name: 'Adult' }],
  prices: [{ category: 'front', type: 'adult', amount: '5000' }],
  codes: [
    {
      code: 'EARLY',
      uses: 1,
      amountOff: '500',
      types: ['adult'],
      categories: ['front'],
      from: '2027-01-01T00:00:00Z',
      until: '2027-02-01T00:00:00Z',
    },
  ],
};
const hall = (name: string): Branch => ({
  rows: [{ row: `${name}R`, label: 'Row', category: 'front', seats: [{ from: 1, to: 2, category: 'front' }] }],
  seats: [{ unit: `${name}-BOX`, label: 'Box', category: 'front' }],
  areas: [{ area: `${name}A`, label: 'Floor', category: 'front', quota: 2 }],
});
/** Bodies for every operation that together contain every text member. */
const BODIES: Readonly<Record<string, readonly Branch[]>> = {
  'sale.open': [
    opened({ seats: ['A-1'] }),
    opened({ rows: [{ row: 'A', from: 1, to: 2 }] }),
    { ...offer, sale: 'new', name: 'New', units: hall('N') },
  ],
  'sale.change': [
    {
      sale: 'bad',
      name: 'New',
      price,
      opensAt: '2027-01-01T00:00:00Z',
      closesAt: '2027-02-01T00:00:00Z',
      units: { seats: ['A-1'] },
      ...links,
    },
    { ...offer, sale: 'bad', units: hall('N') },
  ],
  'sale.list': [{ cursor: 'c' }],
  'sale.units': [{ sale: 'bad', cursor: 'c' }],
  'sale.close': [{ sale: 'bad' }],
  'sale.get': [{ sale: 'bad' }],
  'sale.refunds-due': [{ sale: 'bad', cursor: 'c' }],
  'order.place': [
    { sale: 'bad', buyer: 'b-1', units: ['A-1'], wallet, code: 'EARLY' },
    { sale: 'bad', buyer: 'b-1', items: [{ unit: 'A-1', type: 'adult' }] },
    { sale: 'bad', buyer: 'b-1', items: [{ area: 'floor', quantity: 1 }] },
    { sale: 'bad', buyer: 'b-1', items: [{ category: 'front', quantity: 1 }] },
  ],
  'order.get': [about],
  'order.cancel': [{ ...about, tickets: [ticket.ticket] }],
  'order.refund': [{ ...about, tickets: [ticket.ticket] }],
  'payment.confirm': [paid],
  'payment.fail': [paid],
  'payment.refunded': [{ ...paid, refund: 're_1', refundedTotal: '5000' }],
  'payment.refund-failed': [{ ...paid, refund: 're_1' }],
  'payment.disputed': [{ ...paid, dispute: 'dp_1', status: 'opened' }],
  'ticket.mint': [{ sale: 'bad', tickets: [ticket.ticket], wallet }],
  'ticket.get': [ticket],
  'ticket.receipt': [ticket],
  'webhook.add': [{ endpoint: 'crm', url: 'https://crm.example/', types: ['OrderPlaced'], secret: `whsec_${'A'.repeat(44)}` }],
  'webhook.change': [{ endpoint: 'crm', url: 'https://crm.example/', types: ['OrderPlaced'] }],
  'webhook.remove': [{ endpoint: 'crm' }],
  'webhook.rotate': [{ endpoint: 'crm' }],
  'webhook.test': [{ endpoint: 'crm' }],
  'webhook.redeliver': [{ endpoint: 'crm', event: `evt_${'a'.repeat(26)}` }],
  'event.list': [{ after: 'c', from: 'now' }],
  'webhook.list': [{}],
  'webhook.deliveries': [{ endpoint: 'crm', cursor: 'c' }],
};
/** Events that together contain every text member of a provider. */
const EVENTS = [
  { type: 'payment.refunded', data: { tenant: 'demo', ...paid, refund: 're_1', refundedTotal: '5000' } },
  { type: 'payment.dispute.opened', data: { tenant: 'demo', ...paid, dispute: 'dp_1' } },
];

/** Pointers to every text in a value. */
const textsIn = (value: unknown, at = ''): string[] =>
  typeof value === 'string'
    ? [at]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${at}/${name}`))
      : [];

interface Node {
  readonly type?: string;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}
/** Pointers to every text that a schema knows. */
function textsOf({ type, anyOf = [], oneOf = [], properties = {}, items }: Node, at = ''): string[] {
  if (type === 'string') return [at];
  const inner = [
    ...[...anyOf, ...oneOf].map((each): [string, Node] => [at, each]),
    ...(items === undefined ? [] : [[`${at}/0`, items] as [string, Node]]),
  ];
  const members = Object.entries(properties).map(([name, node]): [string, Node] => [`${at}/${name}`, node]);
  return [...inner, ...members].flatMap(([place, node]) => textsOf(node, place));
}
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** The body with another text in one place. */
function withText(body: unknown, pointer: string, text: string): unknown {
  if (pointer === '') return text;
  const [, name = '', ...rest] = pointer.split('/');
  const inner = withText((body as Branch)[name], rest.length === 0 ? '' : `/${rest.join('/')}`, text);
  return Array.isArray(body) ? body.map((each, index) => (`${index}` === name ? inner : each)) : { ...(body as Branch), [name]: inner };
}

/** Each place of these bodies that holds a text, with half a character in it. */
const halved = (bodies: readonly unknown[]): { readonly pointer: string; readonly body: string }[] =>
  bodies.flatMap((body) =>
    textsIn(body).flatMap((pointer) => HALVES.map((half) => ({ pointer, body: JSON.stringify(withText(body, pointer, half)) }))),
  );

/** The problem names the place, and what is allowed there. */
const refusal = (pointer: string, allowed = /^must be |^Invalid option: expected one of "/) => ({
  status: 400,
  code: 'body-invalid',
  errors: expect.arrayContaining([{ pointer, detail: expect.stringMatching(allowed) }]),
});

const shop = Shop.forTests('half-characters', { environment: { TENANT_RATE: '100000', TENANT_BURST: '100000' } });
let before: unknown;
beforeAll(async () => {
  await shop.demo.open('bad', { quota: 10 });
  before = await shop.log.lastSequences();
});
afterEach(async () => expect(await shop.log.lastSequences()).toEqual(before));

describe('half a character is refused by its place, and stores nothing,', () => {
  it('in every text that any operation takes: none is forgotten here', () => {
    for (const { name, schema } of operations()) {
      const known = distinct(textsOf(z.toJSONSchema(schema, { io: 'input' }) as Node));
      expect([name, distinct((BODIES[name] ?? []).flatMap((body) => textsIn(body)))]).toEqual([name, known]);
    }
    expect(distinct(EVENTS.flatMap((event) => textsIn(event)))).toEqual(
      distinct(textsOf(z.toJSONSchema(PaymentEvent, { io: 'input' }) as Node)),
    );
  });

  it.each(operations().map(({ name }) => name))('over NATS: %s', async (name) => {
    for (const { pointer, body } of halved(BODIES[name] ?? []))
      expect([pointer, (await shop.demo.ask(name, body, randomUUID())).body]).toEqual([pointer, expect.objectContaining(refusal(pointer))]);
  });

  it.each(
    routes()
      .filter((route) => methodOf(route) === 'POST')
      .map(({ name, http }): [string, string] => [name, http.path]),
  )('over HTTP: %s', async (name, path) => {
    for (const { pointer, body } of halved(BODIES[name] ?? [])) {
      const allowed = path.includes(`:${pointer.slice(1)}`) ? /^differs from the address$/ : undefined;
      const problem = problemOf(await shop.demoWeb.askFor(name, body, randomUUID()));
      expect([pointer, problem]).toEqual([pointer, expect.objectContaining(refusal(pointer, allowed))]);
    }
  });

  it.each(
    routes().map((route) => ({ operation: route.name, method: methodOf(route), path: route.http.path, parts: addressedParts(route) })),
  )('in an address over HTTP: $operation', async ({ method, path, parts }) => {
    const query = parts.filter((part) => !path.includes(`:${part}`));
    const address = `${path}${query.map((part) => `?${part}=:${part}`).join('')}`;
    for (const [part] of address.matchAll(/:[a-z]+/g)) {
      const at = address
        .replace(part, HALF_IN_AN_ADDRESS)
        .replace(':sale', 'bad')
        .replace(':order', about.order)
        .replace(':ticket', ticket.ticket);
      const answer = await shop.demoWeb.ask(method, at, method === 'POST' ? { key: randomUUID(), body: {} } : {});
      expect([at, [400, 404]]).toEqual([at, expect.arrayContaining([problemOf(answer).status])]);
    }
  });

  it('in a payment provider’s events', async () => {
    const tenants = await (await TenantRegister.on(shop.log.admin)).list();
    const secret = tenants.find(({ tenant }) => tenant === 'demo')?.webhookSecrets[0]?.secret ?? '';
    for (const { pointer, body } of halved(EVENTS)) {
      const [id, at] = [randomUUID(), new Date()];
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': `${Math.floor(at.getTime() / 1_000)}`,
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      };
      const answer = await shop.demoWeb.ask('POST', WEBHOOK_PATH, { headers, body });
      if (pointer === '/type') {
        expect([pointer, answer.status]).toEqual([pointer, 200]); // a type that we do not know is ignored
        continue;
      }
      const problem = problemOf(answer);
      expect([pointer, problem]).toEqual([pointer, expect.objectContaining(refusal(pointer))]);
    }
  });
});
