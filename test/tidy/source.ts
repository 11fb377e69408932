import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** One file as the rules see it. Rules are pure over sources, so that each can be shown an offender that is on no disk. */
export type Source = { readonly path: string; readonly text: string };
export type Slip = { readonly path: string; readonly line: number; readonly why: string };
export type Rule = {
  /** A sentence: it is the title of the test. */
  readonly title: string;
  readonly slips: (source: Source) => readonly Slip[];
  /** Sources that break the rule, each in one way: a rule that cannot fail guards nothing. */
  readonly offenders: readonly Source[];
  /** Sources that come close and are right. */
  readonly innocent: readonly Source[];
};

const UNREAD = new Set(['node_modules', 'dist', 'coverage', '.git', '.admit']);
const TEXT = /\.(?:ts|mjs|cjs|js|json|md|ya?ml|conf|sql|sh)$|(?:^|\/)(?:Dockerfile|\.env\.example|\.npmrc|run)$/;

/** Every text file of the repository, with paths relative to its root and `/` between folders. */
export function readTree(root: string, folder = ''): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return UNREAD.has(entry.name) ? [] : readTree(root, path);
    return entry.isFile() && TEXT.test(path) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
  });
}

export const isTypeScript = ({ path }: Source): boolean => path.endsWith('.ts');
export const isSpec = ({ path }: Source): boolean => path.endsWith('.spec.ts');
export const isCode = ({ path }: Source): boolean => /\.(?:ts|mjs)$/.test(path);
/** What runs in production: the apps and the library under them, without the tests that stand beside. */
export const isShipped = (source: Source): boolean => isTypeScript(source) && !isSpec(source) && /^(?:apps|libs)\//.test(source.path);
export const isDomain = (source: Source): boolean => isShipped(source) && source.path.startsWith('libs/shared/src/domain/');

const parsed = new WeakMap<Source, ts.SourceFile>();

export function parse(source: Source): ts.SourceFile {
  const known = parsed.get(source);
  if (known) return known;
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true);
  parsed.set(source, file);
  return file;
}

export function nodesOf(source: Source): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    node.forEachChild(visit);
  };
  visit(parse(source));
  return nodes;
}

export const lineAt = (source: Source, position: number): number => parse(source).getLineAndCharacterOfPosition(position).line + 1;

export const slipAt = (source: Source, node: ts.Node, why: string): Slip => ({
  path: source.path,
  line: lineAt(source, node.getStart(parse(source))),
  why,
});

/** One slip for every line that a pattern finds, in any text file. */
export function slipsInText(source: Source, pattern: RegExp, why: (found: string) => string): Slip[] {
  return source.text.split('\n').flatMap((line, index) => {
    const found = pattern.exec(line);
    return found ? [{ path: source.path, line: index + 1, why: why(found[0]) }] : [];
  });
}

export const said = ({ path, line, why }: Slip): string => `${path}:${line} ${why}`;
