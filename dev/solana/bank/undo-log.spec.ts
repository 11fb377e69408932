import fc from 'fast-check';
import type { AccountImage } from './account-image.js';
import { UndoLog } from './undo-log.js';

const image = (lamports: number): AccountImage => ({
  lamports: BigInt(lamports),
  owner: 'owner',
  executable: false,
  data: new Uint8Array(),
});

/** Writes in slot order: address, value (0 means removed). */
const history = fc.array(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3)), { maxLength: 4 }), { minLength: 1, maxLength: 12 });

describe('the undo log', () => {
  it('returns every account at the end of every slot, and rolls back there', () => {
    fc.assert(
      fc.property(history, fc.nat(11), (slots, back) => {
        const undo = new UndoLog();
        const live = new Map<string, AccountImage | null>();
        const ends: Map<string, AccountImage | null>[] = [];
        slots.forEach((writes, slot) => {
          for (const [address, value] of writes) {
            undo.remember(slot, address, live.get(address) ?? null);
            live.set(address, value === 0 ? null : image(value));
          }
          ends.push(new Map(live));
        });
        const target = Math.min(back, slots.length - 1);
        for (const address of ['a', 'b', 'c']) {
          const seen = undo.imageAt(address, target);
          expect(seen === undefined ? (live.get(address) ?? null) : seen).toEqual(ends[target]?.get(address) ?? null);
        }
        undo.rewind(target, (address, before) => live.set(address, before));
        for (const address of ['a', 'b', 'c']) expect(live.get(address) ?? null).toEqual(ends[target]?.get(address) ?? null);
      }),
    );
  });
});
