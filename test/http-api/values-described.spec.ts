import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { OpenSale } from '#shared/domain/sale/commands.js';
import { CURRENCY_RULE, NAME_RULE, nameProblem, REPORTED_CURRENCY_RULE, TIME_RULE } from '#shared/domain/values.js';
import { asyncapi } from '../../apps/purchase/src/api/docs/asyncapi.js';
import { isMutation } from '../../apps/purchase/src/operations/operation.js';
import { operations } from '../../apps/purchase/src/operations/operations.js';
import { projectFolder } from '../../dev/processes/project.js';
import { RANGES } from '../harness/edge-values.js';

/** The limits in `values.ts` are documented in the same words and bounds: in both documents and in the client kit. */

type Schema = { readonly description?: string; readonly properties: Readonly<Record<string, Schema>> };
const PLACES = [
  ['opensAt', TIME_RULE],
  ['closesAt', TIME_RULE],
  ['name', NAME_RULE],
  ['price', CURRENCY_RULE],
] as const;
const placeIn = ({ properties }: Schema, member: string): Schema | undefined =>
  member === 'price' ? properties.price?.properties.currency : properties[member];

it('by OpenAPI, which has the schemas of its operations', () => {
  const schema = z.toJSONSchema(OpenSale, { io: 'input' }) as unknown as Schema;
  for (const [member, rule] of PLACES) expect([member, placeIn(schema, member)]).toEqual([member, expect.objectContaining(rule)]);
  const reports = operations()
    .filter(isMutation)
    .filter(({ name }) => name.startsWith('payment.'));
  expect(reports.length).toBeGreaterThan(0);
  for (const { name, schema: report } of reports) {
    const { properties } = z.toJSONSchema(report, { io: 'input' }) as unknown as Schema;
    expect([name, properties.currency]).toEqual([name, expect.objectContaining(REPORTED_CURRENCY_RULE)]);
  }
});

it('by AsyncAPI', () => {
  const { components } = JSON.parse(JSON.stringify(asyncapi())) as { components: { schemas: Record<string, Schema> } };
  const schema = components.schemas.OpenSale as Schema;
  for (const [member, rule] of PLACES) expect([member, placeIn(schema, member)]).toEqual([member, expect.objectContaining(rule)]);
});

it('by the client kit, in its comments', () => {
  const comments = readFileSync(join(projectFolder(), 'libs/client/src/operations.ts'), 'utf8').replace(/\n\s*\*\s/g, ' ');
  for (const { description } of [TIME_RULE, NAME_RULE, CURRENCY_RULE, REPORTED_CURRENCY_RULE]) expect(comments).toContain(description);
});

it('by bounds that a validator of JSON Schema keeps to, at both edges', () => {
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv, { keywords: true });
  const takes = ajv.compile(z.toJSONSchema(OpenSale, { target: 'draft-7', io: 'input' }));
  for (const { inside, with: opening } of RANGES) for (const value of inside) expect([value, takes(opening(value))]).toEqual([value, true]);
  // rules beyond a schema are checked by the service only: visible letters, current currencies, personal data
  const told = new Set(['ZZZ', ' ', '\u200b', 'ann@example.org', '4111111111111111']);
  // and ajv-formats 3 takes a minimum of 1970-01-01, which is 0, for none
  for (const { member, outside } of RANGES) if (member === 'opensAt') for (const value of outside) told.add(String(value));
  for (const { outside, with: opening } of RANGES)
    for (const value of outside) expect([value, takes(opening(value))]).toEqual([value, told.has(String(value))]);
});

it('by a pattern that takes every name that fits', () => {
  const pattern = new RegExp(NAME_RULE.pattern, 'u');
  for (const name of ['Gala', 'Loge Ä, Platz 1', '\u{1F3AB}'])
    expect([name, nameProblem(name), pattern.test(name)]).toEqual([name, undefined, true]);
});
