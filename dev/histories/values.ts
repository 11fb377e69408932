import fc from 'fast-check';
import type { z } from 'zod';

/** The parts of a zod schema that this file reads. A schema of another kind is an error, so that no new member stays without values. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly element?: z.ZodType;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly format?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Check } }[];
}

interface Check {
  readonly check: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly value?: number;
  readonly pattern?: RegExp;
}

/**
 * Sample texts by kind, the narrowest kind first. A schema draws from the first list of which it accepts enough, so that values repeat
 * within a history.
 */
const WALLETS = ['4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm', '7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q'];
const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD', 'HUF', 'CLF'];
const LONGEST_AMOUNT = 20;
const AMOUNTS = [
  '5000',
  '0',
  ...Array.from({ length: LONGEST_AMOUNT }, (_, digits) => '9'.repeat(LONGEST_AMOUNT - digits)),
  '1',
  '4999',
  '10000',
];
const NAMES = ['Gala', 'Ä', '\u{1F3AD}', "Robert'); drop table sale;--", 'x'.repeat(120), '\\N', '\\.', '{a,"b"}', '😀'.repeat(60)];
const IDS = ['a', 'b', 'A-1', 'A-2', 'x_1', '-', '_', '0', 'null', 'Z'.repeat(26), 'Z'.repeat(32), 'Z'.repeat(64), 'Z'.repeat(128)];
const LINKS = [
  'https://a.example/',
  'https://a.example/gala.png',
  'https://a.example:8443/%C3%84?x=\'"<>&y=1#z',
  `https://a.example/${'x'.repeat(182)}`,
];
const TEXTS = [NAMES, IDS, AMOUNTS, CURRENCIES, WALLETS, LINKS];
const ENOUGH = 0.5;

/** The years 0001 to 9999, in milliseconds since 1970 without offset. */
const FIRST_MS = Date.UTC(0, 0, 1) - 59_958_230_400_000;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const OFFSETS = ['Z', '+00:00', '-12:00', '+14:00', '-23:59', '+23:59'];
/** Longer lists than this are rare. */
const FEW = 4;
/**
 * The first few texts of a list are drawn this many times as often as all others together, so that two members of a history use the same
 * name.
 */
const OFTEN = 3;
/** This many texts of a pattern are drawn once: drawing each separately took most of a history's time. */
const WILD_TEXTS = 200;
const LONGEST_WILD = 200;
const LAST_CODE_POINT = 0x10_ff_ff;

type Size = 'any' | 'largest';
const known = { any: new WeakMap<z.ZodType, fc.Arbitrary<unknown>>(), largest: new WeakMap<z.ZodType, fc.Arbitrary<unknown>>() };

/**
 * Everything that a schema accepts, with its limits and repetitions often; derived from the schema itself, so that new members are drawn
 * too. `largest`: the largest accepted numbers, amounts and texts.
 */
export function valuesOf(schema: z.ZodType, size: Size = 'any'): fc.Arbitrary<unknown> {
  const found = known[size].get(schema);
  if (found !== undefined) return found;
  const def = schema.def as unknown as Definition;
  const drawn = drawnFrom(schema, def, size);
  const values = isChecked(def) ? drawn.map((value) => repaired(schema, value)).filter((value) => schema.safeParse(value).success) : drawn;
  known[size].set(schema, values);
  return values;
}

/** The schema has a check across its members. */
const isChecked = ({ type, checks = [] }: Definition): boolean => ['object', 'array', 'pipe'].includes(type) && checks.length > 0;

/**
 * Removes values that the schema's own check refuses together: of members drawn independently, one combination in five hundred is accepted.
 * A value refused for an absent member stays as it is.
 */
function repaired(schema: z.ZodType, value: unknown): unknown {
  const path = schema.safeParse(value).error?.issues[0]?.path ?? [];
  const rest = without(value, path);
  return rest === value ? value : repaired(schema, rest);
}

function without(value: unknown, [member, ...path]: readonly PropertyKey[]): unknown {
  if (member === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return value;
  const inner = (value as Record<PropertyKey, unknown>)[member];
  const rest = without(inner, path);
  if (path.length > 0 && rest === inner) return value;
  if (Array.isArray(value)) return path.length > 0 ? value.with(Number(member), rest) : value.toSpliced(Number(member), 1);
  const { [member]: _, ...others } = value as Record<PropertyKey, unknown>;
  return path.length > 0 ? { ...others, [member]: rest } : others;
}

function drawnFrom(schema: z.ZodType, def: Definition, size: Size): fc.Arbitrary<unknown> {
  switch (def.type) {
    case 'pipe':
      return valuesOf(needed(def.in), size);
    case 'readonly':
    case 'nonoptional':
      return valuesOf(needed(def.innerType), size);
    case 'optional':
    case 'default':
    case 'prefault':
      return fc.option(valuesOf(needed(def.innerType), size), { nil: undefined, freq: 2 });
    case 'nullable':
      return fc.option(valuesOf(needed(def.innerType), size), { nil: null });
    case 'object':
      return objects(needed(def.shape), size);
    case 'union':
      return fc.oneof(...needed(def.options).map((option) => valuesOf(option, size)));
    case 'array':
      return lists(def, size);
    case 'enum':
      return fc.constantFrom(...Object.values(needed(def.entries)));
    case 'literal':
      return fc.constantFrom(...needed(def.values));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return numbers(def, size);
    case 'string':
      return def.format === 'datetime' ? times(schema) : texts(schema, def, size);
    default:
      throw new Error(`values of ${def.type} are not known here: say in dev/histories/values.ts how they are drawn`);
  }
}

/** An absent member is omitted, as a caller would do. */
function objects(shape: Readonly<Record<string, z.ZodType>>, size: Size): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, valuesOf(schema, size)]));
  return fc.record(members).map((body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)));
}

function lists({ element, checks = [] }: Definition, size: Size): fc.Arbitrary<unknown> {
  const bounds = checks.map(({ _zod }) => _zod.def);
  const minLength = bounds.find(({ check }) => check === 'min_length')?.minimum ?? 0;
  const most = bounds.find(({ check }) => check === 'max_length')?.maximum ?? FEW;
  const selector = (value: unknown): string => JSON.stringify(value);
  return fc.uniqueArray(valuesOf(needed(element), size), { minLength, maxLength: Math.max(minLength, Math.min(most, FEW)), selector });
}

function numbers({ checks = [] }: Definition, size: Size): fc.Arbitrary<unknown> {
  const bounds = checks.map(({ _zod }) => _zod.def);
  const min = bounds.find(({ check }) => check === 'greater_than')?.value ?? Number.MIN_SAFE_INTEGER;
  const max = bounds.find(({ check }) => check === 'less_than')?.value ?? Number.MAX_SAFE_INTEGER;
  if (size === 'largest') return fc.constant(max);
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min, max: Math.min(max, min + FEW) }) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
    { weight: 1, arbitrary: fc.integer({ min, max }) },
  );
}

function times(schema: z.ZodType): fc.Arbitrary<unknown> {
  const edge = fc.constantFrom(
    FIRST_MS,
    FIRST_MS + 1,
    0,
    LAST_MS - 1,
    LAST_MS,
    Date.UTC(2026, 0, 1),
    Date.UTC(2027, 0, 1),
    Date.UTC(2038, 0, 19, 3, 14, 8),
  );
  const instant = fc.oneof(edge, fc.integer({ min: FIRST_MS, max: LAST_MS }));
  return fc
    .tuple(instant, fc.constantFrom(...OFFSETS))
    .map(([ms, offset]) => new Date(ms).toISOString().replace('Z', offset))
    .filter((text) => schema.safeParse(text).success);
}

function texts(schema: z.ZodType, { checks = [] }: Definition, size: Size): fc.Arbitrary<unknown> {
  const accepts = (text: string): boolean => schema.safeParse(text).success;
  const listed = TEXTS.map((list) => list.filter(accepts)).find((list, place) => list.length >= ENOUGH * (TEXTS[place]?.length ?? 0)) ?? [];
  const largest = listed.filter(({ length }) => length === Math.max(...listed.map((text) => text.length)));
  if (size === 'largest' && largest.length > 0) return fc.constantFrom(...largest);
  const wild = fc.sample(anyText(checks.map(({ _zod }) => _zod.def)), { numRuns: WILD_TEXTS, seed: 1 }).filter(accepts);
  const lists = [listed.slice(0, FEW), listed, wild].filter(({ length }) => length > 0).map((list) => fc.constantFrom(...list));
  if (lists.length === 0) throw new Error('no text is known that the schema accepts: list some in dev/histories/values.ts');
  return fc.oneof(...lists.map((arbitrary, place) => ({ weight: place === 0 ? OFTEN : 1, arbitrary })));
}

/** fast-check inverts a pattern of simple classes; for others it draws texts of any characters. */
function anyText(checks: readonly Check[]): fc.Arbitrary<string> {
  const pattern = checks.find(({ pattern: found }) => found !== undefined)?.pattern;
  const maxLength = checks.find(({ check }) => check === 'max_length')?.maximum ?? LONGEST_WILD;
  if (pattern !== undefined && !/\\p|\[\^/.test(pattern.source)) return fc.stringMatching(pattern);
  return fc.array(fc.integer({ min: 0, max: LAST_CODE_POINT }), { maxLength }).map((points) => String.fromCodePoint(...points));
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the schema is not what its type says');
  return value;
}
