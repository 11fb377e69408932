import { join } from 'node:path';
import ts from 'typescript';
import { type EventType, versionOf } from '#shared/domain/event-versions.js';
import { projectFolder } from '../processes/project.js';

export type Schema = Readonly<Record<string, unknown>>;

const SOURCE = 'libs/shared/src/domain/recorded.ts';
/** The type of any JSON value; it refers to itself. */
const ANYTHING = 'Json';

export const fileOf = (type: string, version: number): string => join('test', 'contract', `${type}.v${version}.json`);

/** The schema of every event's data, by type, derived from the TypeScript types. */
export function eventSchemas(): Map<EventType, Schema> {
  const file = join(projectFolder(), SOURCE);
  const program = ts.createProgram([file], { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, skipLibCheck: true, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const name = source?.statements.find(
    (one): one is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(one) && one.name.text === 'Event',
  );
  if (name === undefined) throw new Error(`${SOURCE} has no type Event`);
  const events = checker.getTypeAtLocation(name);
  const writer = new SchemaWriter(checker);
  return new Map((events.isUnion() ? events.types : [events]).map((event) => writer.eventOf(event)));
}

class SchemaWriter {
  constructor(private readonly checker: ts.TypeChecker) {}

  eventOf(event: ts.Type): [EventType, Schema] {
    const type = this.checker.getTypeOfSymbol(this.member(event, 'type'));
    if (!type.isStringLiteral()) throw new Error(`${this.checker.typeToString(event)} is no event: its type is not one text`);
    const name = type.value as EventType;
    const data = this.of(this.checker.getTypeOfSymbol(this.member(event, 'data')));
    const $schema = 'http://json-schema.org/draft-07/schema#';
    return [name, { $schema, title: `admit.${name}.v${versionOf(name)}`, ...data }];
  }

  private member(type: ts.Type, name: string): ts.Symbol {
    const found = type.getProperty(name);
    if (found === undefined) throw new Error(`${this.checker.typeToString(type)} has no ${name}`);
    return found;
  }

  private of(type: ts.Type): Schema {
    if (type.aliasSymbol?.name === ANYTHING) return {};
    if (type.isUnion()) return this.union(type.types);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isIntersection() && type.types.some(({ flags }) => flags & ts.TypeFlags.String)) return { type: 'string' }; // a brand
    return this.list(type) ?? this.object(type);
  }

  private union(all: readonly ts.Type[]): Schema {
    const types = all.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    if (types.every((type) => type.isStringLiteral())) return { enum: types.map(({ value }) => value).sort() };
    if (types.length === 2 && types.every(({ flags }) => flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' };
    const [only, ...others] = types.map((type) => this.of(type));
    const texts = [only, ...others].map((schema) => JSON.stringify(schema)).sort();
    return others.length === 0 ? (only ?? {}) : { anyOf: texts.map((text) => JSON.parse(text) as Schema) };
  }

  private list(type: ts.Type): Schema | undefined {
    if (!this.checker.isArrayType(type)) return undefined;
    const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
    return { type: 'array', items: item === undefined ? {} : this.of(item) };
  }

  /** Rejects unnamed members: the log holds only what the code wrote. */
  private object(type: ts.Type): Schema {
    const anyName = this.checker.getIndexInfosOfType(type)[0];
    if (anyName !== undefined) return { type: 'object', additionalProperties: this.of(anyName.type) };
    const members = [...this.checker.getPropertiesOfType(type)].sort((left, right) => (left.name < right.name ? -1 : 1));
    const required = members.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name);
    const properties = Object.fromEntries(members.map((member) => [member.name, this.of(this.checker.getTypeOfSymbol(member))]));
    return { type: 'object', additionalProperties: false, required, properties };
  }
}
