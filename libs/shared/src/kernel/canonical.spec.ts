import fc from 'fast-check';
import { canonicalJson, differingPointers, fingerprint, type Json } from './canonical.js';

const RUNS = { numRuns: 200 };
const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string({ maxLength: 4 }), json, { maxKeys: 5 });

/** The same value, with the members of every object in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, turned(member)] as const);
  return Object.fromEntries(members.reverse());
}

/** The value at an RFC 6901 pointer; `undefined` when absent. */
function at(value: Json | undefined, pointer: string): Json | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>(
      (inner, part) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? (inner as Record<string, Json>)[part] : undefined,
      value,
    );
}

describe('canonical JSON', () => {
  it('[L4] is one text for one value, in any order of its members', () => {
    fc.assert(
      fc.property(json, (value) => expect(canonicalJson(turned(value))).toBe(canonicalJson(value))),
      RUNS,
    );
  });

  it('represents the value, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.stringify(turned(JSON.parse(text) as Json))).toHaveLength(text.length);
      }),
      RUNS,
    );
  });

  it.each([
    ['{"b":1,"a":[1.0,1e2,-0]}', '{"a":[1,100,0],"b":1}'],
    ['{"\\u0061":"\\u20ac\\/\\n"}', '{"a":"€/\\n"}'],
    ['{"\\u00e9":1,"z":2,"\\ud83d\\ude00":3,"\\ufb33":4}', '{"z":2,"\u00e9":1,"\ud83d\ude00":3,"\ufb33":4}'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
  ])('writes %s as RFC 8785 does', (text, canonical) => {
    expect(canonicalJson(JSON.parse(text))).toBe(canonical);
  });

  it.each([
    [undefined],
    [() => 1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1n],
    ['\ud800'],
    [{ a: '\udfff' }],
  ])('has none for %p', (value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe('a fingerprint', () => {
  it('[L4] is equal for the same request only', () => {
    fc.assert(
      fc.property(object, object, (left, right) => {
        expect(fingerprint('order.place', 'gala', turned(left))).toBe(fingerprint('order.place', 'gala', left));
        expect(fingerprint('o', 's', left) === fingerprint('o', 's', right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
      RUNS,
    );
  });

  it('separates operation, path and body', () => {
    const prints = [fingerprint('ab', 'c', {}), fingerprint('a', 'bc', {}), fingerprint('a', 'b', {}), fingerprint('ab', 'c', [])];
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('is the same in every version of the software', () => {
    expect(fingerprint('order.place', 'gala', { units: ['A-1'], buyer: 'b-1' })).toMatchInlineSnapshot(
      `"3s2jq2fayrvl4htbgz7ijvwdhm2idmnupv7hsu45h5fimrx2kha"`,
    );
  });
});

describe('the pointers of differing fields', () => {
  it('[L4] are empty exactly when the canonical texts are equal', () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(differingPointers(left, right).length === 0).toBe(canonicalJson(left) === canonicalJson(right));
        expect(differingPointers(left, turned(left))).toEqual([]);
      }),
      RUNS,
    );
  });

  it('name places where the two sides differ, each once, and the same ones from either side', () => {
    fc.assert(
      fc.property(object, object, (left, right) => {
        const pointers = differingPointers(left, right);
        expect(new Set(pointers).size).toBe(pointers.length);
        expect([...differingPointers(right, left)].sort()).toEqual([...pointers].sort());
        for (const pointer of pointers) expect(same(at(left, pointer), at(right, pointer))).toBe(false);
      }),
      RUNS,
    );
  });

  it('find the one member that was changed', () => {
    fc.assert(
      fc.property(object, fc.string({ maxLength: 4 }), (value, name) => {
        const changed = { ...value, [name]: { another: value[name] ?? null } };
        const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        for (const found of differingPointers(own(value), own(changed)))
          expect(found === pointer || found.startsWith(`${pointer}/`)).toBe(true);
      }),
      RUNS,
    );
  });

  it.each([
    [{ units: ['A-1', 'A-2'] }, { units: ['A-1', 'A-3'] }, ['/units/1']],
    [{ units: ['A-1'] }, { units: ['A-1', 'A-2'] }, ['/units/1']],
    [{ units: ['A-1'] }, { quantity: 1 }, ['/units', '/quantity']],
    [{ price: { amount: '1', currency: 'EUR' } }, { price: { amount: '2', currency: 'CHF' } }, ['/price/amount', '/price/currency']],
    [{ 'a/b~c': 1 }, { 'a/b~c': 2 }, ['/a~1b~0c']],
    [{ wallet: null }, {}, ['/wallet']],
    [{ a: [] }, { a: {} }, ['/a']],
    [{ a: 1 }, { a: '1' }, ['/a']],
    [JSON.parse('{"__proto__":{}}') as Json, {}, ['/__proto__']],
    [{}, { toString: 1, constructor: {} }, ['/toString', '/constructor']],
    [1, 2, ['']],
  ])('of %j and %j are %j', (left, right, pointers) => {
    expect(differingPointers(left as Json, right as Json)).toEqual(pointers);
  });
});

const same = (left: Json | undefined, right: Json | undefined): boolean =>
  left === undefined || right === undefined ? left === right : canonicalJson(left) === canonicalJson(right);
/** As parsed: `__proto__` is a member like any other. */
const own = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;
