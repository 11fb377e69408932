import { importsOf } from './imports.js';
import { isSpec, isTypeScript, type Source } from './source.js';

/** What runs, or measures what runs: tests may import as they like. */
const inTree = (source: Source): boolean => isTypeScript(source) && !isSpec(source) && /^(?:apps|libs|dev|bench)\//.test(source.path);

/** Files that import each other in a circle, by types as well: each circle once, from the file that was met first back to it. */
export function circlesIn(tree: readonly Source[]): string[] {
  const sources = new Map(tree.filter(inTree).map((source) => [source.path, source]));
  const circles: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string): void => {
    const source = sources.get(path);
    if (source === undefined || done.has(path)) return;
    const begins = way.indexOf(path);
    if (begins >= 0) {
      circles.push([...way.slice(begins), path].join(' → '));
      return;
    }
    way.push(path);
    for (const used of importsOf(source)) if (used.kind === 'file') visit(used.path);
    way.pop();
    done.add(path);
  };
  for (const path of sources.keys()) visit(path);
  return circles;
}
