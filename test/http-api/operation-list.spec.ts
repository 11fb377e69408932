import { Svcm } from '@nats-io/services';
import { connect } from '@nats-io/transport-node';
import { z } from 'zod';
import { GetSale } from '#shared/domain/sale/commands.js';
import { asyncapi } from '../../apps/purchase/src/api/docs/asyncapi.js';
import { openApiDocument } from '../../apps/purchase/src/api/docs/openapi.js';
import { SALE_PATH } from '../../apps/purchase/src/operations/addresses.js';
import type { Mutation, Operation, Query } from '../../apps/purchase/src/operations/operation.js';
import { OPERATIONS } from '../../apps/purchase/src/operations/operations.js';
import { clientOperations } from '../../dev/docs/client-operations.js';
import { Shop } from '../stages/shop.js';

const answer = z.strictObject({ toy: z.boolean(), version: z.number() }).meta({ title: 'Toy' });
const wind: Mutation = {
  name: 'toy.wind',
  method: 'windToy',
  summary: 'Winds a toy up.',
  http: { path: `${SALE_PATH}/toy`, location: SALE_PATH, example: {} },
  schema: GetSale,
  refusals: ['sale-unknown'],
  answer,
  status: 200,
  decide: () => ({ events: [] }),
  view: (_, __, version) => ({ toy: true, version }),
};
const look: Query = {
  name: 'toy.get',
  method: 'toy',
  summary: 'Reads a toy.',
  http: { path: `${SALE_PATH}/toy` },
  schema: GetSale,
  answer,
  read: async () => ({ status: 200, body: JSON.stringify({ toy: false, version: 1 }) }),
};
const toys: readonly Operation[] = [wind, look];
const list = OPERATIONS as unknown as Record<string, Operation>;

describe('an operation that is added to the list', () => {
  beforeAll(() => {
    for (const toy of toys) list[toy.name] = toy;
  });
  const shop = Shop.forTests('operation-list');
  afterAll(() => {
    for (const { name } of toys) delete list[name];
  });

  it('is an endpoint of the NATS service and a route of the HTTP server', async () => {
    const operator = await connect(shop.log.server.connection('operator'));
    const infos = await new Svcm(operator).client({ strategy: 'count', maxMessages: 1, maxWait: 5_000 }).info('admit-purchase');
    const subjects: string[] = [];
    for await (const { endpoints } of infos) subjects.push(...(endpoints ?? []).map(({ subject }) => subject));
    await operator.close();
    expect(subjects).toEqual(expect.arrayContaining(['admit.*.toy.wind', 'admit.*.toy.get']));
  });

  it('is decided once a key, asked over either transport', async () => {
    await shop.demo.open('toys', { quota: 1 });
    const first = await shop.demo.ask('toy.wind', { sale: 'toys' }, 'once');
    expect(first).toMatchObject({ status: 200, body: { toy: true } });
    const again = await shop.demoWeb.ask('POST', '/v1/sales/toys/toy', { key: 'once' });
    expect([again.status, again.body, again.headers.get('Idempotent-Replayed')]).toEqual([200, first.body, 'true']);
    expect(await shop.demo.ask('toy.wind', { sale: 'toys' })).toMatchObject({ status: 400, body: { code: 'key-missing' } });
    expect(await shop.demoWeb.ask('POST', '/v1/sales/none/toy', { key: 'other' })).toMatchObject({ status: 404 });
  });

  it('is read over either transport', async () => {
    expect(await shop.demo.ask('toy.get', { sale: 'any' })).toMatchObject({ status: 200, body: { toy: false } });
    expect(await shop.demoWeb.get('/v1/sales/any/toy')).toMatchObject({ status: 200, body: { toy: false } });
  });

  it('has a type, an address and a method in the client kit', () => {
    const kit = clientOperations();
    for (const part of [
      "  'toy.wind': { readonly body: GetSale; readonly answer: Toy };",
      "  'toy.get': ['GET', '/v1/sales/:sale/toy'],",
      'windToy(body: GetSale, options?: CallOptions): Promise<Outcome<Toy>>',
    ])
      expect(kit).toContain(part);
  });

  it('is in both documents with its sentence', () => {
    const { paths, components } = openApiDocument('1') as unknown as {
      readonly paths: Record<string, object>;
      readonly components: { readonly schemas: object };
    };
    expect(paths['/v1/sales/{sale}/toy']).toMatchObject({
      post: { operationId: 'toy.wind', summary: wind.summary },
      get: { operationId: 'toy.get', summary: look.summary },
    });
    expect(components.schemas).toHaveProperty('Toy');
    expect(asyncapi()).toMatchObject({
      operations: { 'toy.wind': { summary: wind.summary }, 'toy.get': { summary: look.summary } },
      channels: { 'toy.wind': { address: 'admit.{tenant}.toy.wind' } },
    });
  });
});
