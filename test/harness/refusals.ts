import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..');
const DECIDERS = 'libs/shared/src/domain/sale';
const OPERATIONS = 'apps/purchase/src/operations';

const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true);

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => each(child, visit));
}

interface Body {
  readonly node: ts.Node;
  /** Functions in scope: those of the file, and its imports. */
  readonly file: ts.SourceFile;
}

/** Every function on the top floor of a file, by its name. Names of deciders and their parts are unique among what can see each other. */
function functionsOf(file: ts.SourceFile): [string, Body][] {
  return file.statements.flatMap((statement): [string, Body][] => {
    if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) return [[statement.name.text, { node: statement, file }]];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.map((one) => [one.name.getText(), { node: one, file }]);
  });
}

const filesOf = (folder: string): ts.SourceFile[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('commands.ts')) // schemas refuse nothing
    .map((name) => parse(`${folder}/${name}`));
const operations = filesOf(OPERATIONS);
const sources = [...operations, ...filesOf(DECIDERS)];
const byFile = new Map(sources.map((file) => [file, new Map(functionsOf(file))]));
const everywhere = new Map(sources.flatMap(functionsOf));

const lookUp = (name: string, from: ts.SourceFile): Body | undefined => byFile.get(from)?.get(name) ?? everywhere.get(name);

/** The literal of `refuse('code', …)` or of `{ code: 'code' }`. */
function codeOf(node: ts.Node): string | undefined {
  const literal = ts.isCallExpression(node) && node.expression.getText() === 'refuse' ? node.arguments[0] : undefined;
  const member = ts.isPropertyAssignment(node) && node.name.getText() === 'code' ? node.initializer : undefined;
  const found = literal ?? member;
  return found !== undefined && ts.isStringLiteral(found) ? found.text : undefined;
}

/** `f(…) === undefined` asks whether something would be refused, and refuses nothing; the name of a member refers to no function. */
function isOnlyAsked(name: ts.Identifier): boolean {
  const { parent } = name;
  if ((ts.isPropertyAssignment(parent) || ts.isPropertyAccessExpression(parent)) && parent.name === name) return true;
  return ts.isCallExpression(parent) && ts.isBinaryExpression(parent.parent) && parent.parent.right.getText() === 'undefined';
}

function collect(body: Body, codes: Set<string>, seen: Set<ts.Node>): void {
  if (seen.has(body.node)) return;
  seen.add(body.node);
  each(body.node, (node) => {
    const code = codeOf(node);
    if (code !== undefined) codes.add(code);
    if (!ts.isIdentifier(node) || isOnlyAsked(node)) return;
    const next = lookUp(node.text, body.file);
    if (next !== undefined) collect(next, codes, seen);
  });
}

/** `name: 'order.place'` in the literal of the operation. */
const isNamed = (node: ts.Node, operation: string): boolean =>
  ts.isPropertyAssignment(node) &&
  node.name.getText() === 'name' &&
  ts.isStringLiteral(node.initializer) &&
  node.initializer.text === operation;

/** The codes with which an operation can be refused, as its decider and all that it uses are written. */
export function refusalsOf(operation: string): string[] {
  const codes = new Set<string>();
  for (const file of operations)
    each(file, (node) => {
      if (isNamed(node, operation)) collect({ node: node.parent, file }, codes, new Set());
    });
  return [...codes].sort();
}
