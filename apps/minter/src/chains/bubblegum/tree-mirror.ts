import { keccak } from './bytes.js';

const NODE_BYTES = 32;
/** What is at a place without a leaf: never minted, or burned. */
export const EMPTY_LEAF = Buffer.alloc(NODE_BYTES);

/** A copy of a tree, from its leaves. It proves any of them. Takes 64 bytes a leaf. */
export class TreeMirror {
  /** For each level, its nodes from the left as far as any differs from an empty one; level 0 are the leaves. */
  private readonly levels: Buffer[];
  private readonly lengths: number[];
  /** Of each level, the node over nothing. */
  private readonly empty: readonly Buffer[];

  constructor(readonly depth: number) {
    this.levels = Array.from({ length: depth + 1 }, () => Buffer.alloc(NODE_BYTES));
    this.lengths = this.levels.map(() => 0);
    this.empty = emptyNodes(depth);
  }

  set(index: number, leaf: Uint8Array): void {
    this.write(0, index, leaf);
    for (let level = 0, at = index; level < this.depth; level += 1) {
      at >>= 1;
      this.write(level + 1, at, keccak(this.node(level, 2 * at), this.node(level, 2 * at + 1)));
    }
  }

  leaf(index: number): Buffer {
    return this.node(0, index);
  }

  get root(): Buffer {
    return this.node(this.depth, 0);
  }

  hasRoot(root: Uint8Array): boolean {
    return this.root.equals(root);
  }

  /** The neighbours on the way up, without the `canopy` uppermost levels, which the tree's account has itself. */
  proof(index: number, canopy = 0): readonly Buffer[] {
    return Array.from({ length: this.depth - canopy }, (_, level) => this.node(level, (index >> level) ^ 1));
  }

  private node(level: number, at: number): Buffer {
    const nodes = this.levels[level];
    if (nodes === undefined || at >= (this.lengths[level] ?? 0)) return this.empty[level] ?? EMPTY_LEAF;
    return nodes.subarray(at * NODE_BYTES, (at + 1) * NODE_BYTES);
  }

  private write(level: number, at: number, node: Uint8Array): void {
    let nodes = this.levels[level] ?? Buffer.alloc(0);
    const length = this.lengths[level] ?? 0;
    if ((at + 1) * NODE_BYTES > nodes.length) {
      const larger = Buffer.alloc(Math.max((at + 1) * NODE_BYTES, 2 * nodes.length));
      nodes.copy(larger);
      this.levels[level] = nodes = larger;
    }
    for (let between = length; between < at; between += 1) nodes.set(this.empty[level] ?? EMPTY_LEAF, between * NODE_BYTES);
    nodes.set(node, at * NODE_BYTES);
    this.lengths[level] = Math.max(length, at + 1);
  }
}

function emptyNodes(depth: number): readonly Buffer[] {
  const nodes: Buffer[] = [EMPTY_LEAF];
  for (let node: Buffer = EMPTY_LEAF; nodes.length <= depth; nodes.push(node)) node = keccak(node, node);
  return nodes;
}
