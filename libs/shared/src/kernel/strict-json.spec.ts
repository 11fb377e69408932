import fc from 'fast-check';
import { MAX_JSON_DEPTH, readLenientJson, readStrictJson, type StrictJson } from './strict-json.js';

const read = (text: string): StrictJson => readStrictJson(Buffer.from(text), { exactNumbers: true });

describe('a duplicate member of an object', () => {
  it.each([
    ['{"a":1,"a":1}', '/a'],
    ['{"a":1,"b":2,"a":3}', '/a'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"\\u0061":1,"\\u0061":2}', '/a'],
    ['{"units":[{"row":"A","from":1,"from":2}]}', '/units/0/from'],
    ['{"units":[1,[2,{"x":{"y":[],"y":{}}}]]}', '/units/1/1/x/y'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"constructor":1,"constructor":2}', '/constructor'],
    ['{"":1,"":2}', '/'],
    ['{"a/b~c":1,"a/b~c":2}', '/a~1b~0c'],
    ['{"a":"{\\"a\\":1}","a":2}', '/a'],
    ['{"a\\\\":1,"a\\\\":2}', '/a\\'],
    ['{"a\\"":1,"a\\"":2}', '/a"'],
    ['{"\\ud83c":1,"\\ud83c":2}', '/\ud83c'],
    ['{"1":1,"1":2}', '/1'],
    [' { "a" : 1 , "a" : 2 } ', '/a'],
  ])('is found: %s', (text, pointer) => {
    expect(read(text)).toEqual({ problem: { detail: 'occurs twice in one object', pointer } });
  });

  it('is found anywhere in any JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.string(),
        fc.jsonValue({ maxDepth: 1 }),
        fc.jsonValue({ maxDepth: 1 }),
        (around, name, one, two) => {
          const twice = `{${JSON.stringify(name)}:${JSON.stringify(one)},${JSON.stringify(name)}:${JSON.stringify(two)}}`;
          const text = JSON.stringify([around, 'here', around]).replace('"here"', () => twice);
          expect(readStrictJson(Buffer.from(text), { exactNumbers: false })).toMatchObject({
            problem: { detail: 'occurs twice in one object' },
          });
        },
      ),
    );
  });
});

describe('a number that a double cannot hold', () => {
  it.each([
    '1e400',
    '-1e400',
    '-0',
    '-0.0',
    '9007199254740993',
    '0.99999999999999999999',
    '1.00000000000000000001',
    '1e-400',
    '123456789012345678901',
  ])('is found: %s', (number) => {
    expect(read(`{"a":[0,${number}]}`)).toEqual({
      problem: { detail: `${number} is no number that can be kept as it is`, pointer: '/a/1' },
    });
    expect(readStrictJson(Buffer.from(number), { exactNumbers: false })).toHaveProperty('ok');
  });

  it.each([
    '0',
    '1',
    '-1',
    '1.0',
    '1.50',
    '100e-2',
    '1E2',
    '0.1',
    '5e-324',
    '1.7976931348623157e308',
    '9007199254740992',
    '1e21',
    '0.0',
    '123456789012345680000',
  ])('is not %s', (number) => {
    expect(read(`{"a":${number}}`)).toEqual({ ok: { a: Number(number) } });
  });

  it('is none that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        expect(read(JSON.stringify({ number }))).toHaveProperty('ok');
      }),
    );
  });
});

describe('invalid or ambiguous JSON', () => {
  it.each([
    ['a BOM', Buffer.from('\ufeff{"a":1}')],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['UTF-16 with a BOM', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong quotation mark', Buffer.from([0x7b, 0xc0, 0xa2, 0x7d])],
    ['half of a surrogate pair in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['something behind it', Buffer.from('{"a":1}x')],
    ['another value behind it', Buffer.from('{"a":1}{"a":2}')],
    ['NUL behind it', Buffer.from('{"a":1}\0')],
    ['a comma at its end', Buffer.from('{"a":1,}')],
    ['a comment', Buffer.from('{"a":1}//')],
    ['single quotes', Buffer.from("{'a':1}")],
    ['NaN', Buffer.from('{"a":NaN}')],
    ['Infinity', Buffer.from('{"a":Infinity}')],
    ['hexadecimal digits', Buffer.from('{"a":0x10}')],
    ['a leading zero', Buffer.from('{"a":01}')],
    ['a plus', Buffer.from('{"a":+1}')],
    ['a line feed in a string', Buffer.from('{"a":"\n"}')],
    ['a no-break space', Buffer.from('\u00a0{"a":1}')],
    ['nothing', Buffer.from('')],
    ['lists too deep', Buffer.from('['.repeat(MAX_JSON_DEPTH + 1) + ']'.repeat(MAX_JSON_DEPTH + 1))],
    ['objects too deep', Buffer.from(`${'{"a":'.repeat(MAX_JSON_DEPTH + 1)}1${'}'.repeat(MAX_JSON_DEPTH + 1)}`)],
    ['lists a hundred thousand deep', Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
  ])('has %s', (_, bytes) => {
    expect(readStrictJson(bytes, { exactNumbers: true })).toHaveProperty('problem');
  });

  it('is not what nests as deep as is allowed', () => {
    expect(read('['.repeat(MAX_JSON_DEPTH) + ']'.repeat(MAX_JSON_DEPTH))).toHaveProperty('ok');
  });
});

describe('JSON that earlier versions accepted', () => {
  it.each([
    ['{"a":1,"a":2}', { a: 2 }],
    ['\ufeff{"a":1}', { a: 1 }],
    ['{"a":0.99999999999999999999}', { a: 1 }],
  ])('is read as they did: %s', (text, value) => expect(readLenientJson(Buffer.from(text))).toEqual(value));

  it.each([
    '{"a":1e400}',
    '{"a":"\\ud800"}',
    '{"\\udfff":1}',
    '[',
    `${'['.repeat(33)}${']'.repeat(33)}`,
    `${'['.repeat(90_000)}${']'.repeat(90_000)}`,
  ])('excludes JSON that none of them accepted: %.20s', (text) => expect(readLenientJson(Buffer.from(text))).toBeUndefined());
});

it('reads all output of JSON.stringify, as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), (value) => {
      const text = JSON.stringify(value);
      expect(read(text)).toEqual({ ok: JSON.parse(text) as unknown });
      expect(read(JSON.stringify(value, undefined, 2))).toEqual({ ok: JSON.parse(text) as unknown });
    }),
  );
});

it('refuses no more than JSON.parse does, except for intended refusals', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', 'a', '1', '.', 'e', '-', ' ', '\\u0061') }),
      (text) => {
        const strict = read(text);
        const lenient = readLenientJson(Buffer.from(text));
        if (lenient === undefined) {
          expect(strict).toHaveProperty('problem');
          return;
        }
        if ('ok' in strict) expect(strict).toEqual({ ok: lenient });
        else expect(strict.problem.detail).toMatch(/stands twice|can be kept/);
      },
    ),
    { numRuns: 20_000 },
  );
});
