import fc from 'fast-check';
import { KeyedSlots, type Release } from './keyed-slots.js';

describe('slots', () => {
  it('[L13] are bounded for each key, independently of other keys', () => {
    const slots = new KeyedSlots(2);
    expect(['a', 'a', 'a', 'b', 'b', 'b'].map((key) => slots.take(key) !== undefined)).toEqual([true, true, false, true, true, false]);
  });

  it('are bounded for all keys together', () => {
    const slots = new KeyedSlots(2, 3);
    expect(['a', 'a', 'b', 'b', 'c'].map((key) => slots.take(key) !== undefined)).toEqual([true, true, true, false, false]);
    expect(slots.count).toBe(3);
  });

  it('[L13] are free again for more requests, one after the other, than may be at once', () => {
    const slots = new KeyedSlots(2, 2);
    for (let turn = 0; turn < 10; turn++) {
      const release = slots.take('a');
      expect(release).toBeDefined();
      release?.();
    }
    expect([slots.count, slots.keys]).toEqual([0, 0]);
  });

  it('are released once, however often their holder does it', () => {
    const slots = new KeyedSlots(2);
    const [first, second] = [slots.take('a'), slots.take('a')];
    first?.();
    first?.();
    expect([slots.of('a'), slots.count]).toEqual([1, 1]);
    second?.();
    expect([slots.of('a'), slots.count, slots.keys]).toEqual([0, 0, 0]);
  });

  it('count exactly what is held after every step of any history', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), gives: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, perKey, total) => {
          const slots = new KeyedSlots(perKey, total);
          const held: { readonly key: string; readonly release: Release }[] = [];
          for (const { key, gives, which } of steps) {
            const own = held.filter((one) => one.key === key).length;
            if (gives && held.length > 0) held.splice(which % held.length, 1)[0]?.release();
            else {
              const release = slots.take(key);
              expect(release !== undefined).toBe(own < perKey && held.length < total);
              if (release !== undefined) held.push({ key, release });
            }
            expect([slots.count, slots.keys]).toEqual([held.length, new Set(held.map((one) => one.key)).size]);
          }
        },
      ),
    );
  });
});
