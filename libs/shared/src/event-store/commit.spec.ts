import fc from 'fast-check';
import type { Recorded } from '../domain/recorded.js';
import type { Fault } from '../kernel/fault.js';
import { sha256 } from '../kernel/hash.js';
import {
  assertFollows,
  type Commit,
  decodeCommit,
  decodeLink,
  decodeWhole,
  encodeCommit,
  type Head,
  headOf,
  inOrder,
  NO_HEAD,
} from './commit.js';
import { hashOf } from './stored-commit.js';

const SUBJECT = 'ev.demo.sale.gala';
const RUNS = { numRuns: 200 };
const BROKEN = expect.objectContaining({ code: 'log-broken' });
/** A changed event name may be one of a later version, so the reader stops there too. */
const FOUND = expect.objectContaining({ code: expect.stringMatching(/^(log-broken|event-unknown)$/) });

const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const recorded = (type: fc.Arbitrary<string>, data: fc.Arbitrary<unknown>): fc.Arbitrary<Recorded> =>
  fc
    .record({ type, data, at: time, traceparent: fc.string({ maxLength: 55 }) }, { requiredKeys: ['type', 'data', 'at'] })
    .map((some) => JSON.parse(JSON.stringify(some)) as Recorded);
const event = fc.oneof(
  recorded(fc.constantFrom('SaleOpened', 'OrderPlaced'), fc.jsonValue({ maxDepth: 3 })),
  recorded(fc.constant('CommandDecided'), fc.record({ keyHash: fc.string(), request: fc.jsonValue({ maxDepth: 2 }), body: fc.string() })),
);
const events = fc.array(event, { minLength: 1, maxLength: 5 });
const histories = fc.array(events, { minLength: 2, maxLength: 6 });

/** The stored bytes of a subject's commits, each written after the previous one. */
function chain(history: readonly (readonly Recorded[])[]): Buffer[] {
  let head: Head = NO_HEAD;
  return history.map((commit) => {
    const bytes = encodeCommit(SUBJECT, head, commit);
    head = { version: head.version + 1, sequence: head.sequence + 1, hash: hashOf(bytes) };
    return bytes;
  });
}

function readChain(stored: readonly Uint8Array[], subject = SUBJECT, decode = decodeCommit): Commit[] {
  let head: Head = NO_HEAD;
  return stored.map((bytes, index) => {
    const commit = decode(subject, index + 1, bytes);
    assertFollows(head, commit);
    head = headOf(commit);
    return commit;
  });
}

const anEvent = (at: number): Recorded => ({ type: 'OrderConfirmed', data: { order: 'ord_1' }, at }) as unknown as Recorded;
const A_COMMIT = encodeCommit(SUBJECT, NO_HEAD, [anEvent(1)]).toString();

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

describe('a commit', () => {
  it('[L3] comes back from its bytes as it was written', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const stored = chain(history);
        const read = readChain(stored);
        const whole = stored.map((bytes, index) => decodeWhole(SUBJECT, index + 1, bytes));
        expect(whole.map((commit) => inOrder(commit))).toEqual(history);
        expect(read).toEqual(whole.map(({ decisions, ...commit }) => commit));
        expect(read.map(({ at }) => at)).toEqual(history.map((commit) => Math.max(...commit.map((one) => one.at))));
        expect(read.map(({ version, sequence, hash }) => [version, sequence, hash])).toEqual(
          stored.map((bytes, index) => [index + 1, index + 1, hashOf(bytes)]),
        );
        expect(read.map(({ previous }) => previous)).toEqual(['', ...read.slice(0, -1).map(({ hash }) => hash)]);
      }),
      RUNS,
    );
  });

  it('is a CloudEvent 1.0 with the hash of the previous commit; content that no fold needs is after its cut', () => {
    const head: Head = { version: 6, sequence: 40, hash: sha256('before') };
    const at = Date.UTC(2027, 0, 1);
    const decided = { type: 'CommandDecided', data: { keyHash: 'k', body: 'ö' }, at, traceparent: '00-a-b-01' } as unknown as Recorded;
    const bytes = encodeCommit(SUBJECT, head, [anEvent(at - 5), decided, anEvent(at), anEvent(at)]);
    const stored = JSON.parse(bytes.toString()) as { cut: number };
    const confirmed = { type: 0, data: { order: 'ord_1' } };
    expect(stored).toEqual({
      cut: expect.any(Number),
      specversion: '1.0',
      id: '7',
      source: '/demo/sale/gala',
      type: 'admit.Commit.v2',
      time: '2027-01-01T00:00:00.000Z',
      previous: sha256('before'),
      behind: sha256(bytes.subarray(stored.cut)),
      data: {
        types: ['OrderConfirmed.v1', 'CommandDecided.v1'],
        keys: ['k'],
        events: [{ ...confirmed, at: at - 5 }, { ...confirmed, at }, confirmed],
        decisions: [{ before: 1, type: 1, traceparent: '00-a-b-01', data: { body: 'ö' } }],
      },
    });
    expect(bytes.subarray(stored.cut).toString()).toMatch(/^,"decisions":\[/);
  });

  it.each([
    ['are not read by a fold', decodeCommit, undefined],
    ['that cannot be read are detected by their reader', decodeWhole, BROKEN],
    ['that cannot be read are detected by a verification of the log', decodeLink, BROKEN],
  ])('has decisions that %s', (_, decode, outcome) => {
    for (const some of ['{]', '[{}]', '[', '[null]'])
      expect(thrownBy(() => decode(SUBJECT, 1, Buffer.from(A_COMMIT.replace('"decisions":[]', `"decisions":${some}`))))).toEqual(outcome);
  });

  it('has the same bytes every time: an append recognises its own by them', () => {
    fc.assert(
      fc.property(events, (some) => expect(encodeCommit(SUBJECT, NO_HEAD, some).equals(encodeCommit(SUBJECT, NO_HEAD, some))).toBe(true)),
      RUNS,
    );
  });
});

describe('[L3] a difference from the written log is detected', () => {
  it('when a byte of any commit but the last is changed', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (history, which, where, flip) => {
        const stored = chain(history);
        const bytes = stored[which % (stored.length - 1)] as Buffer;
        const place = where % bytes.length;
        bytes[place] = (bytes[place] as number) ^ flip;
        expect(thrownBy(() => readChain(stored, SUBJECT, decodeWhole))).toEqual(FOUND);
      }),
      RUNS,
    );
  });

  it('when a byte of the last commit is changed, by a reader that knows its hash', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.integer({ min: 1, max: 255 }), (some, where, flip) => {
        const bytes = encodeCommit(SUBJECT, NO_HEAD, some);
        const seen = hashOf(bytes);
        const place = where % bytes.length;
        bytes[place] = (bytes[place] as number) ^ flip;
        const found = thrownBy(() => decodeWhole(SUBJECT, 1, bytes)) ?? decodeWhole(SUBJECT, 1, bytes).hash;
        expect(found).not.toBe(seen);
      }),
      RUNS,
    );
  });

  it.each([
    ['a commit is left out', (stored: Buffer[]) => stored.splice(1, 1)],
    ['the first commit is left out', (stored: Buffer[]) => stored.shift()],
    ['two commits change places', (stored: Buffer[]) => stored.splice(1, 2, stored[2] as Buffer, stored[1] as Buffer)],
    ['a commit is there twice', (stored: Buffer[]) => stored.splice(1, 0, stored[1] as Buffer)],
    [
      'a commit of another history replaces it',
      (stored: Buffer[]) => stored.splice(1, 1, encodeCommit(SUBJECT, { version: 1, sequence: 1, hash: sha256('other') }, [anEvent(9)])),
    ],
  ])('when %s', (_, tamper) => {
    const stored = chain([1, 2, 3, 4].map((at) => [anEvent(at)]));
    expect(readChain(stored)).toHaveLength(4);
    tamper(stored);
    expect(thrownBy(() => readChain(stored))).toEqual(BROKEN);
  });

  it('when a commit of another sale or tenant was moved here', () => {
    const stored = chain([[anEvent(1)]]);
    for (const subject of ['ev.acme.sale.gala', 'ev.demo.sale.other', 'ev.demo.mint.gala'])
      expect(thrownBy(() => readChain(stored, subject))).toEqual(BROKEN);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '[null]',
    '[{"specversion":"1.0"}]',
    '[{"specversion":"1.0","id":"1.0","type":"admit.OrderPlaced.v1","source":"/demo/sale/gala","time":"2027-01-01T00:00:00.000Z","data":{}}]',
    '[{"specversion":"0.3","id":"1.0","type":"admit.OrderPlaced.v1","source":"/demo/sale/gala","time":"2027-01-01T00:00:00.000Z","previous":"","data":{}}]',
    '[{"specversion":"1.0","id":"1.1","type":"admit.OrderPlaced.v1","source":"/demo/sale/gala","time":"2027-01-01T00:00:00.000Z","previous":"","data":{}}]',
    '[{"specversion":"1.0","id":"1.0","type":"admit.OrderPlaced.v1","source":"/demo/sale/gala","time":"soon","previous":"","data":{}}]',
    '[{"specversion":"1.0","id":"x.0","type":"admit.OrderPlaced.v1","source":"/demo/sale/gala","time":"2027-01-01T00:00:00.000Z","previous":"","data":{}}]',
    ...[
      ['"1.0"', '"0.3"'],
      ['"id":"1"', '"id":"x"'],
      ['"id":"1"', '"id":"01"'],
      ['/demo/', '/acme/'],
      ['admit.Commit.v2', 'admit.Comet.v22'],
      ['1970-', 'soon-'],
      ['"previous"', '"precious"'],
      ['"cut":    ', '"cut":   1'],
      ['"cut":', '"but":'],
      ['"events":[{', '"events":[ '],
      ['OrderConfirmed.v1', 'OrderConfirmed.11'],
    ].map(([ours = '', other = '']) => A_COMMIT.replace(ours, other)),
  ])('when the stored bytes are %s', (text) => {
    const thrown = thrownBy(() => decodeCommit(SUBJECT, 7, Buffer.from(text)));
    expect(thrown).toEqual(BROKEN);
    expect((thrown as Fault).context).toEqual({ subject: SUBJECT, sequence: 7 });
  });
});

describe('content of a later version', () => {
  const decided = { type: 'CommandDecided', data: { keyHash: 'k' }, at: 2 } as unknown as Recorded;
  const placed = { type: 'OrderPlaced', data: {}, at: 2 } as unknown as Recorded;
  const COMMIT = encodeCommit(SUBJECT, NO_HEAD, [decided, placed, decided, anEvent(3)]).toString();

  it.each([
    ['OrderConfirmed.v1', 'OrderPlaced.v2222', decodeCommit, 1],
    ['OrderConfirmed.v1', 'OrderPlaced.v1000', decodeCommit, 1],
    ['OrderConfirmed.v1', 'OrderWasEaten.v10', decodeWhole, 1],
    ['CommandDecided.v1', 'CommandDecided.v2', decodeWhole, 0],
    ['admit.Commit.v2', 'admit.Commit.v3', decodeCommit, undefined],
  ])('is not misread, and the error names its place: %s replaced by %s', (ours, type, decode, index) => {
    const later = Buffer.from(COMMIT.replace(ours, type));
    const context = { subject: SUBJECT, sequence: 7, type, ...(index !== undefined && { index }) };
    expect(thrownBy(() => decode(SUBJECT, 7, later))).toMatchObject({ code: 'event-unknown', context });
  });
});
