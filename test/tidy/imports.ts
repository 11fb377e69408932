import { posix } from 'node:path';
import ts from 'typescript';
import { nodesOf, type Source } from './source.js';

/** One import, export-from, import() or require() of a file: of the project (`file`), of Node (`builtin`) or of a package. */
export type Import = { readonly node: ts.Node; readonly text: string } & (
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtin'; readonly module: string }
  | { readonly kind: 'package'; readonly name: string }
);

export function importsOf(source: Source): Import[] {
  return nodesOf(source).flatMap((node) => {
    const named = moduleNamedBy(node);
    return named && ts.isStringLiteralLike(named) ? [{ node, text: named.text, ...resolve(source, named.text) }] : [];
  });
}

function moduleNamedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')) {
    return node.arguments[0];
  }
  return undefined;
}

type Resolved = { kind: 'file'; path: string } | { kind: 'builtin'; module: string } | { kind: 'package'; name: string };

function resolve(source: Source, text: string): Resolved {
  if (text.startsWith('.')) return { kind: 'file', path: sourceFile(posix.join(posix.dirname(source.path), text)) };
  if (text.startsWith('#shared/')) return { kind: 'file', path: sourceFile(`libs/shared/src/${text.slice('#shared/'.length)}`) };
  if (text.startsWith('node:')) return { kind: 'builtin', module: text };
  return { kind: 'package', name: packageOf(text) };
}

const sourceFile = (path: string): string => path.replace(/\.js$/, '.ts');
const packageOf = (text: string): string =>
  text
    .split('/')
    .slice(0, text.startsWith('@') ? 2 : 1)
    .join('/');
