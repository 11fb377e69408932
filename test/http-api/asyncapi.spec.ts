import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Svcm } from '@nats-io/services';
import { connect, headers } from '@nats-io/transport-node';
import { Keypair } from '@solana/web3.js';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { REFUSALS } from '#shared/domain/refusal.js';
import { asyncapi, natsProblems } from '../../apps/purchase/src/api/docs/asyncapi.js';
import { mutations, operations } from '../../apps/purchase/src/operations/operations.js';
import { PROBLEMS, type ProblemCode } from '../../apps/purchase/src/requests/answer.js';
import { refusalsOf } from '../harness/refusals.js';
import { logMint, type Minted } from '../stages/logged-mint.js';
import { Shop } from '../stages/shop.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { schemasWithoutId } = createRequire(import.meta.url)('@asyncapi/specs') as {
  readonly schemasWithoutId: Readonly<Record<string, object>>;
};

type Node = { readonly [member: string]: Node };
const document = JSON.parse(JSON.stringify(asyncapi())) as Node;
const at = (pointer: string): Node | undefined =>
  pointer
    .slice(2)
    .split('/')
    .reduce<Node | undefined>((node, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);

function validator(schema: object): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe('docs/asyncapi.json', () => {
  it('equals the operations and their schemas (npm run docs writes it)', () => {
    expect(JSON.parse(read('docs/asyncapi.json'))).toEqual(document);
  });

  it('is AsyncAPI 3 by its official schema', () => {
    const validate = validator(schemasWithoutId['3.0.0'] as object);
    validate(document);
    expect(validate.errors).toBeNull();
    const { asyncapi: version, operations } = document;
    expect([validate({ ...document, operations: { bad: { action: 'listen' } } }), version, Object.keys(operations ?? {}).length]).toEqual([
      false,
      '3.0.0',
      28,
    ]);
  });

  it('refers to nothing that is not there, and from operations to the messages of their own channels only', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, pointer = '']) => pointer);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((pointer) => at(pointer) === undefined)).toEqual([]);
    for (const operation of Object.values(document.operations ?? {})) {
      for (const part of [operation, operation.reply as Node]) {
        const channel = String(part.channel?.$ref);
        for (const message of Object.values(part.messages ?? {})) expect(String(message.$ref)).toMatch(new RegExp(`^${channel}/messages/`));
      }
    }
  });

  it('has the version of the package', () => {
    expect(document.info?.version).toBe((JSON.parse(read('package.json')) as { readonly version: string }).version);
  });
});

/** NATS has accounts instead of API keys, subjects instead of routes, and no streams of events. */
const HTTP_ONLY: readonly ProblemCode[] = [
  'request-malformed',
  'payment-unknown',
  'not-decided',
  'unauthorized',
  'signature-refused',
  'route-unknown',
  'method-not-allowed',
  'request-timeout',
  'media-type',
  'too-many-requests',
  'too-many-streams',
  'too-many-connections',
  'too-many-from-address',
  'headers-too-large',
  'stopping',
];

describe('the problems it names', () => {
  it.each(mutations())('are for $name those its decider can refuse with', ({ name, refusals }) => {
    expect([...refusals].sort()).toEqual(refusalsOf(name));
  });

  it('are all there are, but for those that only HTTP has', () => {
    expect(new Set(mutations().flatMap(({ refusals }) => refusals))).toEqual(new Set(Object.keys(REFUSALS)));
    expect(new Set<string>([...operations().flatMap(natsProblems), ...HTTP_ONLY])).toEqual(new Set(Object.keys(PROBLEMS)));
  });
});

type Asked = [name: string, kind: string, body: object, key?: string];
const OF_TENANTS: readonly Asked[] = [
  ['event.list', 'done', { limit: 5 }],
  ['event.list', 'problem', { after: 'other' }],
  ['webhook.add', 'done', { endpoint: 'crm', url: 'https://crm.example/admit', types: ['OrderConfirmed'] }],
  ['webhook.add', 'problem', { endpoint: 'crm', url: 'https://crm.example/other' }],
  ['webhook.change', 'done', { endpoint: 'crm', types: null }],
  ['webhook.change', 'problem', { endpoint: 'crm', url: 'http://127.0.0.1' }],
  ['webhook.list', 'done', {}],
  ['webhook.rotate', 'done', { endpoint: 'crm' }],
  ['webhook.test', 'done', { endpoint: 'crm' }],
  ['webhook.deliveries', 'done', { endpoint: 'crm' }],
  ['webhook.deliveries', 'problem', { endpoint: 'crm', cursor: 'other' }],
  ['webhook.redeliver', 'done', { endpoint: 'crm' }],
  ['webhook.redeliver', 'problem', { endpoint: 'crm', event: `evt_${'a'.repeat(26)}` }],
  ['webhook.remove', 'done', { endpoint: 'crm' }],
  ['webhook.remove', 'problem', { endpoint: 'crm' }],
];

describe('the service', () => {
  const shop = Shop.forTests('asyncapi');

  it('listens on the subjects of the document and on no other', async () => {
    const operator = await connect(shop.log.server.connection('operator'));
    const infos = await new Svcm(operator).client({ strategy: 'count', maxMessages: 1, maxWait: 5_000 }).info('admit-purchase');
    const subjects: string[] = [];
    for await (const { endpoints } of infos) subjects.push(...(endpoints ?? []).map(({ subject }) => subject));
    await operator.close();
    const addresses = Object.values(document.channels ?? {}).map(({ address }) => address as unknown as string | null);
    expect(addresses.flatMap((address) => address?.replace('{tenant}', '*') ?? []).sort()).toEqual(subjects.sort());
  });

  const documented = new Map(
    Object.keys(document.operations ?? {}).map((name) => {
      const replies = Object.entries(document.channels?.[`${name}.reply`]?.messages ?? {});
      const fits = ({ headers: head, payload }: Node): ValidateFunction =>
        validator({ type: 'object', properties: { headers: head, payload }, components: document.components });
      return [name, replies.map(([kind, message]) => [kind, fits(message)] as const)] as const;
    }),
  );
  /** Which of the documented replies of an operation a message is. */
  const kindsOf = (name: string, said: object): string[] =>
    (documented.get(name) ?? []).flatMap(([kind, fits]) => (fits(said) ? [kind] : []));

  async function ask(name: string, body: object, key?: string): Promise<{ readonly headers: object; readonly payload: unknown }> {
    const head = headers();
    if (key !== undefined) head.set('Idempotency-Key', key);
    const response = await shop.demo.connection.request(`admit.demo.${name}`, JSON.stringify(body), { headers: head, timeout: 10_000 });
    return {
      headers: Object.fromEntries([...(response.headers ?? [])].map(([header, [value]]) => [header, value])),
      payload: response.json(),
    };
  }

  it('answers as documented, whatever the request', async () => {
    const terms = { name: 'Gala', price: { amount: '5000', currency: 'EUR' }, payment: 'webhook', mint: 'on-request' };
    const order = { sale: 'doc', buyer: 'b-1', units: ['A-1'] };
    await shop.demo.ask('sale.open', { sale: 'doc', ...terms, units: { seats: ['A-1', 'A-2', 'A-3'] } }, 'seed-open');
    const placed = await shop.demo.ask('order.place', order, 'seed-1');
    const [{ ticket }] = placed.body.tickets as [{ readonly ticket: string }];
    const named = { sale: 'doc', order: placed.body.order };
    const paid = { ...named, payment: 'pay_1', amount: '5000', currency: 'EUR' };
    const wallet = Keypair.generate().publicKey.toBase58();
    const other = await shop.demo.ask('order.place', { ...order, buyer: 'b-2', units: ['A-3'] }, 'seed-2');
    const [minted] = other.body.tickets as [{ readonly ticket: string; readonly unit: string }];
    await logMint(shop.log.admin, { tenant: 'demo', sale: 'doc', order: other.body.order, ...minted, wallet } as unknown as Minted);
    const traffic: Asked[] = [
      ['sale.open', 'done', { sale: 'doc-2', ...terms, opensAt: '2026-01-01T00:00:00Z', units: { quota: 5 } }, 'o-2'],
      ['sale.open', 'refused', { sale: 'doc', ...terms, units: { quota: 5 } }, 'o-3'],
      ['sale.open', 'problem', { sale: 'doc' }, 'o-4'],
      ['sale.get', 'done', { sale: 'doc' }],
      ['sale.get', 'problem', { sale: 'none' }],
      ['order.place', 'done', order, 'seed-1'],
      ['order.place', 'refused', order, 'p-2'],
      ['order.place', 'problem', order],
      ['order.place', 'problem', { ...order, units: ['A-2'] }, 'seed-1'],
      ['order.get', 'done', named],
      ['order.get', 'problem', { ...named, order: `ord_${'a'.repeat(26)}` }],
      ['payment.fail', 'done', { ...paid, payment: 'pay_0' }, 'f-1'],
      ['payment.confirm', 'done', { ...paid, payment: 'pay_9', order: `ord_${'b'.repeat(26)}` }, 'c-9'],
      ['payment.confirm', 'done', { ...paid, payment: 'pay_8', amount: '1' }, 'c-8'],
      ['payment.confirm', 'done', paid, 'c-1'],
      ['payment.confirm', 'problem', { ...paid, sale: 'none' }, 'c-2'],
      ['payment.refunded', 'done', { ...paid, amount: '2' }, 'c-3'],
      ['payment.refund-failed', 'done', { ...paid, amount: '2', refund: 're_0' }, 'rf-1'],
      ['sale.refunds-due', 'done', { sale: 'doc' }],
      ['sale.list', 'done', { limit: 1 }],
      ['sale.units', 'done', { sale: 'doc' }],
      ['sale.units', 'problem', { sale: 'doc', cursor: '9999.0' }],
      ['sale.list', 'problem', { limit: 0 }],
      ['payment.disputed', 'done', { ...paid, dispute: 'dp_1', amount: '1', status: 'opened' }, 'd-1'],
      ['ticket.mint', 'refused', { sale: 'doc', tickets: [ticket], wallet }, 'm-0'],
      ['payment.disputed', 'done', { ...paid, dispute: 'dp_1', amount: '1', status: 'won' }, 'd-2'],
      ['order.cancel', 'refused', named, 'x-1'],
      ['ticket.mint', 'done', { sale: 'doc', tickets: [ticket], wallet }, 'm-1'],
      ['ticket.mint', 'refused', { sale: 'doc', tickets: [`tkt_${'a'.repeat(26)}`], wallet }, 'm-2'],
      ['ticket.get', 'done', { sale: 'doc', ticket }],
      ['ticket.get', 'problem', { sale: 'doc', ticket: `tkt_${'a'.repeat(26)}` }],
      ['ticket.receipt', 'problem', { sale: 'doc', ticket }],
      ['ticket.receipt', 'done', { sale: 'doc', ticket: minted.ticket }],
      ['order.refund', 'refused', named, 'r-0'],
      ['order.refund', 'done', { ...named, override: true }, 'r-1'],
      ['payment.refunded', 'done', paid, 'b-1'],
      ['order.refund', 'done', named, 'r-2'],
      ['order.cancel', 'refused', named, 'x-2'],
      ['sale.close', 'done', { sale: 'doc' }, 'cl-1'],
      [
        'sale.change',
        'done',
        { sale: 'doc', reopen: true, codes: [{ code: 'EARLY', uses: 1, percentOff: 20, until: '2027-01-01T00:00:00Z' }] },
        'ch-1',
      ],
      ['sale.change', 'refused', { sale: 'doc', price: { amount: '1', currency: 'USD' } }, 'ch-2'],
      ['sale.change', 'problem', { sale: 'doc' }, 'ch-3'],
      ...OF_TENANTS,
    ];
    for (const [name, kind, body, key] of traffic) {
      const said = await ask(name, body, key);
      expect([name, said, kindsOf(name, said)]).toEqual([name, said, [kind]]);
    }
    expect(new Set(traffic.map(([name]) => name))).toEqual(new Set(Object.keys(document.operations ?? {})));
  });
});
