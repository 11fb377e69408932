import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { EventCursors } from './event-cursor.js';

const key = (): string => randomBytes(32).toString('base64');
const place = fc.record({ sequence: fc.nat({ max: 2 ** 47 }), index: fc.nat({ max: 65_535 }) });

describe('[L8] a cursor', () => {
  const own = key();
  const cursors = new EventCursors(own, 'epoch-1');

  it('opens to its position, and a position always has the same cursor', () => {
    fc.assert(
      fc.property(place, (at) => {
        const sealed = cursors.seal(at);
        expect(sealed).toMatch(/^[\w-]{48}$/);
        expect([cursors.open(sealed), new EventCursors(own, 'epoch-1').seal(at)]).toEqual([at, sealed]);
      }),
    );
  });

  it('opens only for its own tenant and log', () => {
    const sealed = cursors.seal({ sequence: 12, index: 1 });
    expect([new EventCursors(key(), 'epoch-1').open(sealed), new EventCursors(own, 'epoch-2').open(sealed)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('cannot be forged: every flipped bit is detected', () => {
    const bytes = Buffer.from(cursors.seal({ sequence: 12, index: 1 }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const other = Buffer.from(bytes);
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(cursors.open(other.toString('base64url'))).toBeUndefined();
    }
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => cursors.open(text) === undefined));
  });

  it('does not reveal the distance of two positions', () => {
    const sealed = Array.from({ length: 1_000 }, (_, sequence) => cursors.seal({ sequence, index: 0 }));
    const ordered = sealed.filter((cursor, index) => index > 0 && cursor > (sealed[index - 1] as string)).length;
    expect(ordered).toBeGreaterThan(400);
    expect(ordered).toBeLessThan(600);
    const shared = sealed.map((cursor, index) => [...cursor].filter((letter, at) => letter === sealed[index - 1]?.[at]).length);
    expect(Math.max(...shared)).toBeLessThan(12); // of 48 letters; two random texts share few
  });
});
