import type { Frame, Stack } from './stacks.js';

const MICROS_PER_MS = 1_000;

/** A file of `node --cpu-prof`: a tree of call frames, and samples of its nodes at times of the monotonic clock in microseconds. */
export interface NodeProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';
const ROOT = '(root)';

/** The stacks between two times of the monotonic clock, in microseconds; idle time is left out. */
export function stacksOfNode({ nodes, startTime, samples, timeDeltas }: NodeProfile, from: number, to: number): Stack[] {
  const framesOf = framesByNode(nodes);
  const stacks: Stack[] = [];
  let at = startTime;
  for (const [index, node] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const frames = framesOf.get(node) ?? [];
    if (at >= from && at < to && frames[0]?.name !== IDLE)
      stacks.push({ frames, weight: Math.max(0, timeDeltas[index + 1] ?? 0) / MICROS_PER_MS });
  }
  return stacks;
}

function framesByNode(nodes: NodeProfile['nodes']): ReadonlyMap<number, readonly Frame[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const frames = new Map<number, readonly Frame[]>();
  const visit = (id: number, above: readonly Frame[]): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { functionName, url } = node.callFrame;
    const own = functionName === ROOT ? above : [...above, { name: functionName || '(anonymous)', file: shortened(url) }];
    frames.set(id, own);
    for (const child of node.children ?? []) visit(child, own);
  };
  if (nodes[0] !== undefined) visit(nodes[0].id, []);
  return frames;
}

/** Without the folders of this machine: from the build's or the package's folder on. */
const shortened = (url: string): string => url.replace(/^.*\/(?=node_modules\/)|^.*\/dist\//, '');
