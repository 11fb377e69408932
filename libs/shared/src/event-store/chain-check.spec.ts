import fc from 'fast-check';
import type { Recorded } from '../domain/recorded.js';
import { ChainCheck, type Finding, type Witness } from './chain-check.js';
import { decodeCommit, encodeCommit, type Head, headOf, NO_HEAD } from './commit.js';

interface Stored {
  readonly subject: string;
  readonly bytes: Buffer;
}

const SUBJECTS = ['ev.demo.sale.gala', 'ev.demo.mint.gala', 'ev.acme.sale.fair'];
const event = (n: number): Recorded =>
  ({ type: 'OrderConfirmed', at: 1_800_000_000_000 + n, data: { order: `ord_${n}` } }) as unknown as Recorded;

/** A log of commits on subjects in turn, and the head of each subject. */
function logOf(turns: readonly number[]): { readonly stored: Stored[]; readonly heads: Map<string, Head> } {
  const heads = new Map<string, Head>();
  const stored = turns.map((turn, index) => {
    const subject = SUBJECTS[turn]!;
    const bytes = encodeCommit(subject, heads.get(subject) ?? NO_HEAD, [event(index), event(index + 1)]);
    heads.set(subject, headOf(decodeCommit(subject, index + 1, bytes)));
    return { subject, bytes };
  });
  return { stored, heads };
}

function findings(stored: readonly (Stored | undefined)[], witnesses?: ReadonlyMap<string, Witness>): readonly Finding[] {
  const check = new ChainCheck(witnesses);
  for (const [index, each] of stored.entries()) if (each !== undefined) check.take(each.subject, index + 1, each.bytes);
  return check.end();
}

const turns = fc.array(fc.nat(SUBJECTS.length - 1), { minLength: 1, maxLength: 30 });

it('finds nothing in a log as it was written, with and without a witness', () => {
  fc.assert(
    fc.property(turns, (order) => {
      const { stored, heads } = logOf(order);
      expect(findings(stored)).toEqual([]);
      expect(findings(stored, heads)).toEqual([]);
    }),
  );
});

it('names a commit whose layout a later version wrote, and continues after it', () => {
  const { stored } = logOf([0, 0, 0]);
  stored[1] = { ...stored[1]!, bytes: Buffer.from(stored[1]!.bytes.toString().replace('Commit.v2', 'Commit.v3')) };
  expect(findings(stored)).toEqual([
    { sequence: 2, subject: SUBJECTS[0], what: 'is no commit of its subject: admit.Commit.v3, which a later version wrote' },
  ]);
});

it('[L3] names the commit in which a byte was changed', () => {
  const change = fc.record({ order: turns, at: fc.nat(), byte: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) });
  fc.assert(
    fc.property(change, ({ order, at, byte, flip }) => {
      const { stored, heads } = logOf(order);
      const victim = at % stored.length;
      const bytes = Buffer.from(stored[victim]!.bytes);
      bytes[byte % bytes.length]! ^= flip;
      stored[victim] = { ...stored[victim]!, bytes };
      expect(findings(stored, heads).map(({ sequence }) => sequence)).toEqual([victim + 1]);
    }),
    { numRuns: 500 },
  );
});

it('names both candidates when no commit follows them, without a witness', () => {
  const { stored } = logOf([0, 0]);
  stored[0] = { ...stored[0]!, bytes: Buffer.from(stored[0]!.bytes.toString().replace('ord_1', 'ord_7')) };
  expect(findings(stored)).toMatchObject([{ sequence: 2, what: expect.stringContaining('commit 1: one of the two') }]);
});

it('names missing commits: between two, before the first, after the last, and a whole subject', () => {
  const { stored, heads } = logOf([0, 0, 0, 1, 2]);
  expect(findings([stored[0], undefined, stored[2]])).toMatchObject([
    { sequence: 3, what: expect.stringContaining('version 3 after version 1') },
  ]);
  expect(findings([undefined, stored[1]])).toMatchObject([{ sequence: 2, what: expect.stringContaining('version 2 after version 0') }]);
  expect(findings(stored.slice(0, 2), heads).map(({ what }) => what)).toEqual([
    expect.stringContaining('version 1 was seen and is missing'),
    expect.stringContaining('version 1 was seen and is missing'),
    expect.stringContaining('of version 2; version 3 was seen and is missing'),
  ]);
});

it('names a commit that was moved to another subject, and continues after it', () => {
  const { stored } = logOf([0, 1, 0, 1]);
  stored[2] = { ...stored[2]!, subject: SUBJECTS[1]! };
  expect(findings(stored)[0]).toMatchObject({
    sequence: 3,
    subject: SUBJECTS[1],
    what: expect.stringContaining('no commit of its subject'),
  });
});

it('keeps no more than the first thousand findings of a log that is broken everywhere, and counts them all', () => {
  const check = new ChainCheck();
  for (let sequence = 1; sequence <= 5_000; sequence++) check.take(SUBJECTS[0]!, sequence, Buffer.from('no commit'));
  const kept = check.end();
  expect([kept.length, kept.at(0)?.sequence, kept.at(-1)?.sequence, check.found]).toEqual([1_000, 1, 1_000, 5_000]);
});
