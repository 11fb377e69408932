import fc from 'fast-check';
import { keccak } from './bytes.js';
import { EMPTY_LEAF, TreeMirror } from './tree-mirror.js';

const DEPTH = 5;
const place = fc.nat(2 ** DEPTH - 1);
const leaf = fc.oneof(fc.constant(EMPTY_LEAF), fc.uint8Array({ minLength: 32, maxLength: 32 }));
const changes = fc.array(fc.tuple(place, leaf), { minLength: 1, maxLength: 60 });

/** The root over all leaves, without anything kept between. */
function rootOver(leaves: readonly Uint8Array[]): Buffer {
  let level = leaves;
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, at) => keccak(level[2 * at] ?? EMPTY_LEAF, level[2 * at + 1] ?? EMPTY_LEAF));
  return Buffer.from(level[0] ?? EMPTY_LEAF);
}

/** The root to which a proof leads from a leaf, as the program computes it. */
const rootBy = (index: number, from: Uint8Array, proof: readonly Uint8Array[]): Buffer =>
  Buffer.from(proof.reduce((node, other, level) => ((index >> level) & 1 ? keccak(other, node) : keccak(node, other)), from));

describe('the mirror of a tree', () => {
  it('has the root of its leaves, and proves each, in whatever order they came and went', () => {
    fc.assert(
      fc.property(changes, place, (made, asked) => {
        const mirror = new TreeMirror(DEPTH);
        const leaves: Uint8Array[] = Array.from({ length: 2 ** DEPTH }, () => EMPTY_LEAF);
        for (const [index, node] of made) {
          mirror.set(index, node);
          leaves[index] = node;
        }
        expect(mirror.hasRoot(rootOver(leaves))).toBe(true);
        expect(mirror.leaf(asked).equals(leaves[asked] ?? EMPTY_LEAF)).toBe(true);
        expect(rootBy(asked, mirror.leaf(asked), mirror.proof(asked))).toEqual(mirror.root);
      }),
    );
  });

  it('leaves out of a proof what the account of the tree has itself', () => {
    const mirror = new TreeMirror(DEPTH);
    mirror.set(3, keccak(EMPTY_LEAF));
    expect(mirror.proof(3, 2)).toEqual(mirror.proof(3).slice(0, DEPTH - 2));
  });
});
