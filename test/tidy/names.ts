import { posix } from 'node:path';
import ts from 'typescript';
import { isCode, isTypeScript, nodesOf, parse, type Rule, slipAt } from './source.js';

const VAGUE_FOLDERS = /^(?:utils?|helpers?|common|misc|interfaces|dto|dtos|types|shared-types)$/;
const VAGUE_FILES = /^(?:utils?|helpers?|common|misc|types|interfaces|constants)\.(?:ts|mjs)$/;

const namedByDomain: Rule = {
  title: 'names files and folders by what they are about, not by what kind of thing they hold',
  slips: ({ path }) => {
    const names = path.split('/');
    const file = names.at(-1) ?? '';
    const vague = names.slice(0, -1).find((name) => VAGUE_FOLDERS.test(name)) ?? (VAGUE_FILES.test(file) ? file : undefined);
    return vague === undefined ? [] : [{ path, line: 1, why: `"${vague}" says nothing of the domain: name it by its noun or verb` }];
  },
  offenders: [
    'libs/shared/src/kernel/utils.ts',
    'apps/ledger/src/dto/row.ts',
    'apps/minter/src/types.ts',
    'test/helpers/nats.ts',
    'dev/common/port.ts',
  ].map((path) => ({
    path,
    text: '',
  })),
  innocent: [{ path: 'libs/shared/src/kernel/hash.ts', text: '' }],
};

const KEBAB = '[a-z0-9]+(?:-[a-z0-9]+)*';
const SUFFIX = '(?:\\.(?:module|controller|filter|entity))?(?:\\.(?:integration|property))?(?:\\.long)?(?:\\.spec)?';
const FILE_NAME = new RegExp(`^${KEBAB}${SUFFIX}\\.(?:ts|mjs)$`);
const DECLARATION_NAME = new RegExp(`^${KEBAB}\\.d\\.ts$`);

const kebabCase: Rule = {
  title: 'names code files in kebab-case, with a suffix only where one is known',
  slips: (source) => {
    const name = posix.basename(source.path);
    if (!isCode(source) || FILE_NAME.test(name) || DECLARATION_NAME.test(name)) return [];
    const why = `is not kebab-case with one of .module, .controller, .filter, .entity, (.integration|.property)(.long).spec`;
    return [{ path: source.path, line: 1, why }];
  },
  offenders: ['placeOrder.ts', 'PlaceOrder.ts', 'place_order.ts', 'orders.service.ts', 'order.dto.ts', 'sell.test.ts'].map((name) => ({
    path: `apps/purchase/src/${name}`,
    text: '',
  })),
  innocent: ['place-order.ts', 'purchase.module.ts', 'survives-restart.long.spec.ts', '1764000000000-first-tables.ts'].map((name) => ({
    path: `apps/purchase/src/${name}`,
    text: name === 'purchase.module.ts' ? '@Module({}) class PurchaseModule {}' : '',
  })),
};

const SUFFIX_MEANS: Readonly<Record<string, string>> = { module: 'Module', controller: 'Controller', filter: 'Catch', entity: 'Entity' };

const suffixIsKept: Rule = {
  title: 'gives a Nest or TypeORM suffix to what Nest or TypeORM knows, and to nothing else',
  slips: (source) => {
    const suffix = /\.([a-z]+)\.ts$/.exec(source.path)?.[1] ?? '';
    const decorator = SUFFIX_MEANS[suffix];
    if (decorator === undefined || nodesOf(source).some((node) => ts.isDecorator(node) && node.getText().startsWith(`@${decorator}(`)))
      return [];
    return [{ path: source.path, line: 1, why: `is called .${suffix} but holds no @${decorator}: drop the suffix` }];
  },
  offenders: [{ path: 'apps/purchase/src/purchase.module.ts', text: 'export class Purchase {}' }],
  innocent: [{ path: 'apps/ledger/src/entry.entity.ts', text: "@Entity('ledger_entry') export class Entry {}" }],
};

const EMPTY_NAME = /(?:Manager|Impl|Helper|Utils?)$|^I[A-Z][a-z]/;

const namesThatSay: Rule = {
  title: 'calls no type a Manager, a Helper, an Impl or an I-something',
  slips: (source) =>
    isTypeScript(source)
      ? nodesOf(source).flatMap((node) => {
          const isType =
            ts.isClassLike(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node);
          if (!isType || !node.name || !EMPTY_NAME.test(node.name.text)) return [];
          return [slipAt(source, node, `${node.name.text} is a name for a place, not for a thing: say what it does or holds`)];
        })
      : [],
  offenders: ['class OrderManager {}', 'interface ISeller {}', 'type ChainImpl = 1;', 'class MintHelper {}'].map((text) => ({
    path: 'apps/purchase/src/orders.ts',
    text,
  })),
  innocent: [
    { path: 'apps/purchase/src/orders.ts', text: 'class Intake {} type Idempotency = 1; type ISOTime = string; class Implied {}' },
  ],
};

const testsAreSentences: Rule = {
  title: 'titles every test with a sentence of two words or more',
  slips: (source) =>
    source.path.endsWith('.spec.ts')
      ? nodesOf(source).flatMap((node) => {
          if (!ts.isCallExpression(node) || !/^(?:it|test)$/.test(node.expression.getText(parse(source)))) return [];
          const title = node.arguments[0];
          if (!title || !ts.isStringLiteralLike(title) || /\S\s+\S/.test(title.text)) return [];
          return [slipAt(source, node, `"${title.text}" is no sentence: say what is promised`)];
        })
      : [],
  offenders: [{ path: 'test/a.spec.ts', text: "it('works', () => {});" }],
  innocent: [{ path: 'test/a.spec.ts', text: "it('refuses a second order for the same seat', () => {}); it(rule.title, () => {});" }],
};

export const nameRules: readonly Rule[] = [namedByDomain, kebabCase, suffixIsKept, namesThatSay, testsAreSentences];
