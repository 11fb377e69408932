import ts from 'typescript';
import { isCode, isTypeScript, lineAt, nodesOf, parse, type Rule, type Source, slipAt } from './source.js';

export const MAX_FILE_LINES = 300; // one subject a file; the median should stay near 70
export const MAX_FUNCTION_LINES = 70; // fits the eye; most should stay near 10
export const MAX_CONSTRUCTOR_PARAMETERS = 5; // more collaborators than a hand has fingers is two classes

/** Compilers and editors read it; people do not read it from end to end. */
const GENERATED = '// Written by `npm run docs`';

const lines = (count: number, line: string): string => Array.from({ length: count }, () => line).join('\n');

const shortFiles: Rule = {
  title: `keeps files at ${MAX_FILE_LINES} lines or fewer`,
  slips: (source) => {
    const count = source.text.replace(/\n$/, '').split('\n').length;
    if (!isCode(source) || count <= MAX_FILE_LINES || source.text.startsWith(GENERATED)) return [];
    return [
      {
        path: source.path,
        line: MAX_FILE_LINES + 1,
        why: `has ${count} lines, ${MAX_FILE_LINES} is the limit: it tells more than one thing`,
      },
    ];
  },
  offenders: [
    { path: 'apps/purchase/src/requests/intake.ts', text: lines(MAX_FILE_LINES + 1, '//') },
    { path: 'scripts/ready.mjs', text: lines(MAX_FILE_LINES + 1, '//') },
  ],
  innocent: [
    { path: 'apps/purchase/src/requests/intake.ts', text: `${lines(MAX_FILE_LINES, '//')}\n` },
    { path: 'libs/client/src/operations.ts', text: `${GENERATED}\n${lines(MAX_FILE_LINES, '//')}\n` },
  ],
};

const isDescribe = (node: ts.Node): boolean => ts.isCallExpression(node) && /^describe\b/.test(node.expression.getText());

/** Lines a function spans, without the `describe` blocks in it: those are a table of contents, each test in them is measured by itself. */
function ownLines(source: Source, node: ts.Node): number {
  const span = (one: ts.Node): number => lineAt(source, one.getEnd()) - lineAt(source, one.getStart(parse(source))) + 1;
  let described = 0;
  const visit = (inner: ts.Node): void => {
    if (isDescribe(inner)) described += span(inner);
    else inner.forEachChild(visit);
  };
  node.forEachChild(visit);
  return span(node) - described;
}

const nameOf = (node: ts.SignatureDeclaration): string => {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name.getText() : 'a function';
};

const shortFunctions: Rule = {
  title: `keeps functions at ${MAX_FUNCTION_LINES} lines or fewer`,
  slips: (source) => {
    if (!isCode(source)) return [];
    return nodesOf(source).flatMap((node) => {
      if (!ts.isFunctionLike(node) || isDescribe(node.parent)) return [];
      const count = ownLines(source, node);
      if (count <= MAX_FUNCTION_LINES) return [];
      return [slipAt(source, node, `${nameOf(node)} has ${count} lines, ${MAX_FUNCTION_LINES} is the limit: give its parts names`)];
    });
  },
  offenders: [
    { path: 'apps/ledger/src/project.ts', text: `function project() {\n${lines(MAX_FUNCTION_LINES, '//')}\n}` },
    { path: 'dev/stack.ts', text: `const start = async () => {\n${lines(MAX_FUNCTION_LINES, '//')}\n};` },
    { path: 'test/a.spec.ts', text: `describe('a', () => { it('b', () => {\n${lines(MAX_FUNCTION_LINES, '//')}\n}); });` },
  ],
  innocent: [
    { path: 'apps/ledger/src/project.ts', text: `function project() {\n${lines(MAX_FUNCTION_LINES - 2, '//')}\n}` },
    { path: 'test/a.spec.ts', text: `describe('a', () => {\n${lines(MAX_FUNCTION_LINES, '//')}\n});` },
    {
      path: 'test/conformance/store.ts',
      text: `export function suite() {\ndescribe('a', () => {\n${lines(MAX_FUNCTION_LINES, '//')}\n});\n}`,
    },
  ],
};

const smallConstructors: Rule = {
  title: `keeps constructors at ${MAX_CONSTRUCTOR_PARAMETERS} parameters or fewer`,
  slips: (source) => {
    if (!isTypeScript(source)) return [];
    return nodesOf(source).flatMap((node) => {
      if (!ts.isConstructorDeclaration(node) || node.parameters.length <= MAX_CONSTRUCTOR_PARAMETERS) return [];
      const why = `takes ${node.parameters.length} parameters, ${MAX_CONSTRUCTOR_PARAMETERS} is the limit: this class does more than one job`;
      return [slipAt(source, node, why)];
    });
  },
  offenders: [{ path: 'apps/minter/src/mints.ts', text: 'class Mints { constructor(a: 1, b: 2, c: 3, d: 4, e: 5, f: 6) {} }' }],
  innocent: [{ path: 'apps/minter/src/mints.ts', text: 'class Mints { constructor(a: 1, b: 2, c: 3, d: 4, e: 5) {} }' }],
};

export const sizeRules: readonly Rule[] = [shortFiles, shortFunctions, smallConstructors];
