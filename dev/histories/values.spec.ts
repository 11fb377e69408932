import fc from 'fast-check';
import { z } from 'zod';
import { mutations } from '../../apps/purchase/src/operations/operations.js';
import { valuesOf } from './values.js';

const SCHEMAS = mutations().map(({ name, schema }) => [name, schema] as const);
const RUNS = { numRuns: 100, seed: 1 };

it.each(SCHEMAS)('draws for %s only accepted values', (_, schema) => {
  for (const value of fc.sample(valuesOf(schema), RUNS)) expect([value, schema.safeParse(value).success]).toEqual([value, true]);
});

it('draws the limits of numbers, amounts and times', () => {
  const schema = z.strictObject({
    count: z.number().int().min(3).max(700),
    amount: z.string().regex(/^(0|[1-9]\d{0,14})$/),
    at: z.iso.datetime({ offset: true }),
  });
  const drawn = fc.sample(valuesOf(schema), { numRuns: 2_000, seed: 1 }) as z.infer<typeof schema>[];
  expect(drawn.map(({ count }) => count)).toEqual(expect.arrayContaining([3, 700]));
  expect(drawn.map(({ amount }) => amount)).toEqual(expect.arrayContaining(['0', '9'.repeat(15)]));
  expect(drawn.some(({ at }) => at.startsWith('9999-12-31T23:59:59.999'))).toBe(true);
  expect(fc.sample(valuesOf(schema, 'largest'), RUNS)).toEqual(
    expect.arrayContaining([expect.objectContaining({ count: 700, amount: '9'.repeat(15) })]),
  );
});

it('draws a new member of a schema without further code', () => {
  const schema = z.strictObject({
    sale: z.string().regex(/^[a-z]{1,9}$/),
    more: z
      .array(z.enum(['x', 'y']))
      .min(1)
      .optional(),
  });
  const drawn = fc.sample(valuesOf(schema), RUNS) as z.infer<typeof schema>[];
  expect(new Set(drawn.map(({ more }) => more?.length))).toEqual(new Set([undefined, 1, 2]));
});

it('refuses a schema of an unknown kind instead of omitting it', () => {
  expect(() => valuesOf(z.strictObject({ when: z.date() }))).toThrow('values of date are not known here');
});
