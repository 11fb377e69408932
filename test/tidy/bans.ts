import ts from 'typescript';
import { isDomain, isTypeScript, nodesOf, type Rule, type Slip, type Source, slipAt } from './source.js';

/** The one file that may read the environment: all other code gets settings as arguments. */
export const ENVIRONMENT = 'libs/shared/src/platform/process/environment.ts';

const eachNode =
  (concerns: (source: Source) => boolean, why: (node: ts.Node) => string | undefined) =>
  (source: Source): Slip[] =>
    concerns(source)
      ? nodesOf(source).flatMap((node) => {
          const slip = why(node);
          return slip === undefined ? [] : [slipAt(source, node, slip)];
        })
      : [];

const textOf = (node: ts.Node): string => node.getText().replace(/\s+|\?(?=\.)/g, '');
const isUse = (node: ts.Node): node is ts.Identifier => ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node.parent);

const CLOCKS_AND_DICE =
  /^(?:(?:globalThis\.)?(?:Date\.now|Math\.random|performance\.\w+|process\.\w+)|(?:\w+\.)?(?:randomUUID|randomBytes|randomInt|getRandomValues)|setTimeout|setInterval|setImmediate|queueMicrotask|fetch)$/;

function undecidable(node: ts.Node): string | undefined {
  const again = 'the same command on the same state must decide the same, also in a replay: take it as a value';
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0)
    return `asks for the time: ${again}`;
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return `asks for the time: ${again}`;
  if ((ts.isPropertyAccessExpression(node) || isUse(node)) && CLOCKS_AND_DICE.test(textOf(node))) return `uses ${textOf(node)}: ${again}`;
  return undefined;
}

const pureDomain: Rule = {
  title: 'keeps clock, randomness, timers and network out of the domain',
  slips: eachNode(isDomain, undecidable),
  offenders: [
    'const at = Date.now();',
    'const at = new Date();',
    'const at = Date();',
    'const dice = Math.random();',
    'const dice = globalThis.Math.random();',
    "import { randomUUID } from 'node:crypto'; const id = randomUUID();",
    'const id = crypto.randomUUID();',
    'const at = performance.now();',
    'const at = process.hrtime();',
    'setTimeout(() => 1, 1);',
    "await fetch('here');",
  ].map((text) => ({ path: 'libs/shared/src/domain/sale/decide.ts', text })),
  innocent: [
    { path: 'libs/shared/src/domain/sale/decide.ts', text: 'const at = new Date(command.at); const ms = Date.parse(text);' },
    { path: 'apps/purchase/src/clock.ts', text: 'export const now = () => Date.now();' },
  ],
};

const noAny: Rule = {
  title: 'uses the type any nowhere',
  slips: eachNode(isTypeScript, (node) =>
    node.kind === ts.SyntaxKind.AnyKeyword ? 'says any, which switches the compiler off: unknown keeps it on' : undefined,
  ),
  offenders: [
    { path: 'dev/chain/rpc.ts', text: 'export const answer = (body: any) => body;' },
    { path: 'test/a.spec.ts', text: 'const broken = 1 as any;' },
  ],
  innocent: [{ path: 'dev/chain/rpc.ts', text: "export const any = (body: unknown) => 'any';" }],
};

const noForwardRef: Rule = {
  title: 'ties no knot with forwardRef',
  slips: eachNode(isTypeScript, (node) =>
    isUse(node) && node.text === 'forwardRef' ? 'uses forwardRef: two classes that need each other hide a third' : undefined,
  ),
  offenders: [{ path: 'apps/purchase/src/purchase.module.ts', text: "import { forwardRef } from '@nestjs/common';" }],
  innocent: [{ path: 'apps/purchase/src/purchase.module.ts', text: '// no forwardRef here' }],
};

const readsEnvironment = (node: ts.Node): boolean =>
  ((ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) &&
    /^(?:globalThis\.)?process(?:\.env|\[['"]env['"]\])$/.test(textOf(node))) ||
  (ts.isImportSpecifier(node) &&
    (node.propertyName ?? node.name).text === 'env' &&
    /node:process/.test(node.parent.parent.parent.getText())) ||
  (ts.isVariableDeclaration(node) && node.initializer?.getText() === 'process' && /\benv\b/.test(node.name.getText()));

const oneEnvironment: Rule = {
  title: 'reads the environment in one file',
  slips: eachNode(
    (source) => isTypeScript(source) && /^(?:apps|libs)\//.test(source.path) && source.path !== ENVIRONMENT,
    (node) => (readsEnvironment(node) ? `reads the environment: ${ENVIRONMENT} reads it once, all other code gets settings` : undefined),
  ),
  offenders: [
    'const url = process.env.NATS_URL;',
    "const url = process['env'].NATS_URL;",
    "import { env } from 'node:process';",
    'const { env } = process;',
  ].map((text) => ({ path: 'apps/ledger/src/main.ts', text })),
  innocent: [
    { path: ENVIRONMENT, text: 'const raw = process.env;' },
    { path: 'apps/ledger/src/main.ts', text: 'process.exitCode = 1; const env = read();' },
    { path: 'dev/main.ts', text: 'const raw = process.env;' },
  ],
};

const IN_TESTS = /^(?:describe|it|test)(?:\.\w+)*\.(?:only|skip|todo|failing)$/;
const ALONE = /^(?:fit|fdescribe|xit|xtest|xdescribe)$/;

/** Skips the tests of programs that this repository may not contain, if they are missing, and explains how to get them. */
const WITHOUT_PROGRAMS = 'test/conformance/programs.ts';

const everyTestRuns: Rule = {
  title: 'runs every test: none is alone, none is left out',
  slips: eachNode(
    (source) => isTypeScript(source) && source.path !== WITHOUT_PROGRAMS,
    (node) => {
      const alone = (ts.isPropertyAccessExpression(node) && IN_TESTS.test(textOf(node))) || (isUse(node) && ALONE.test(node.text));
      return alone
        ? `says ${textOf(node)}: a test that does not run promises nothing, and one that runs alone silences the others`
        : undefined;
    },
  ),
  offenders: ['it only', 'describe skip', 'test concurrent skip', 'it todo', 'fdescribe', 'xit'].map((words) => ({
    path: 'test/a.spec.ts',
    text: `${words.replaceAll(' ', '.')}('sells once', () => {});`,
  })),
  innocent: [{ path: 'test/a.spec.ts', text: "it('sells once', () => { records.skip(1); });" }],
};

/** The `new X(...)` that a catch clause throws, when the caught value is nowhere in it. */
function losesTheCause(node: ts.Node): string | undefined {
  if (!ts.isThrowStatement(node) || !ts.isNewExpression(node.expression)) return undefined;
  const clause = ts.findAncestor(node, (above) => ts.isCatchClause(above) || ts.isFunctionLike(above));
  if (!clause || !ts.isCatchClause(clause)) return undefined;
  const caught = clause.variableDeclaration?.name.getText();
  if (caught !== undefined && new RegExp(`\\b${caught}\\b`).test(node.expression.getText())) return undefined;
  return 'throws something new without what it caught: hand it on as the cause';
}

const causesAreKept: Rule = {
  title: 'hands on what was caught as the cause of what is thrown',
  slips: eachNode(isTypeScript, losesTheCause),
  offenders: ['catch { throw new Fault("a"); }', 'catch (cause) { throw new Fault("a", {}); }'].map((text) => ({
    path: 'apps/minter/src/send.ts',
    text: `try { send(); } ${text}`,
  })),
  innocent: ['catch (cause) { throw new Fault("a", {}, { cause }); }', 'catch (cause) { throw cause; }', 'catch { return undefined; }'].map(
    (text) => ({
      path: 'apps/minter/src/send.ts',
      text: `try { send(); } ${text}`,
    }),
  ),
};

const compilerStaysOn: Rule = {
  title: 'silences the compiler nowhere',
  slips: (source) =>
    isTypeScript(source)
      ? [...source.text.matchAll(/\/\/\s*@ts-(?:ignore|nocheck)|\/\*\s*@ts-(?:ignore|nocheck)/g)].map((found) => ({
          path: source.path,
          line: source.text.slice(0, found.index).split('\n').length,
          why: `says ${found[0]}: fix the type, or expect the error by @ts-expect-error with its reason`,
        }))
      : [],
  offenders: [{ path: 'dev/main.ts', text: `const a = 1;\n/${'/ @ts-ignore'}\nconst b: string = a;` }],
  innocent: [{ path: 'dev/main.ts', text: '// @ts-expect-error a number is refused' }],
};

export const banRules: readonly Rule[] = [pureDomain, noAny, noForwardRef, oneEnvironment, everyTestRuns, causesAreKept, compilerStaysOn];
