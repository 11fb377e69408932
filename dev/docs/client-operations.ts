import { asyncapi } from '../../apps/purchase/src/api/docs/asyncapi.js';
import { methodOf, type Route, routes } from '../../apps/purchase/src/api/http/routes.js';
import { isMutation, isSetting, type Operation } from '../../apps/purchase/src/operations/operation.js';
import { operations } from '../../apps/purchase/src/operations/operations.js';

export const CLIENT_OPERATIONS = 'libs/client/src/operations.ts';

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
  readonly allOf?: readonly Schema[];
}
const NAMES: Readonly<Record<string, string>> = { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null' };

const sentence = ({ description }: Schema, margin: string): string =>
  description === undefined ? '' : `${margin}/** ${description.replace(/\.?$/, '.')} */\n`;

/** An object without comments goes on one line of up to this many characters. */
const LINE = 120;

/** Writes JSON schemas of the contract as TypeScript types. A named schema is written as its name. */
class TypeWriter {
  private readonly names: ReadonlyMap<string, string>;

  constructor(named: Readonly<Record<string, Schema>>) {
    this.names = new Map(Object.entries(named).map(([name, schema]) => [JSON.stringify(schema), name]));
  }

  /** @throws for an unknown keyword */
  of(schema: Schema, margin: string): string {
    return schema.$ref?.replace(/^.*\//, '') ?? this.names.get(JSON.stringify(schema)) ?? this.inline(schema, margin);
  }

  inline(schema: Schema, margin: string): string {
    if ('const' in schema) return JSON.stringify(schema.const).replaceAll('"', "'");
    if (schema.enum !== undefined) return schema.enum.map((value) => `'${String(value)}'`).join(' | ');
    if (schema.anyOf !== undefined) return schema.anyOf.map((one) => this.of(one, margin)).join(' | ');
    if (schema.type === 'array' && schema.items !== undefined) {
      const item = this.of(schema.items, margin);
      return `readonly ${(schema.items.enum ?? schema.items.anyOf) ? `(${item})` : item}[]`;
    }
    if (schema.type === 'object') return this.object(schema, margin);
    if (Object.keys(schema).length === 0) return 'unknown';
    const name = NAMES[schema.type ?? ''];
    if (name === undefined) throw new Error(`no type is known for ${JSON.stringify(schema)}`);
    return name;
  }

  private object({ properties = {}, required = [], additionalProperties }: Schema, margin: string): string {
    const inner = `${margin}  `;
    const members = Object.entries(properties).map(([name, schema]) => {
      const member = `readonly ${name}${required.includes(name) ? '' : '?'}: ${this.of(schema, inner)};`;
      return schema.description === undefined ? member : `${sentence(schema, '')}${inner}${member}`;
    });
    if (typeof additionalProperties === 'object') members.push(`readonly [name: string]: ${this.of(additionalProperties, inner)};`);
    const short = `{ ${members.join(' ').replace(/;$/, '')} }`;
    if (margin !== '' && short.length <= LINE && !short.includes('\n')) return short;
    return `{\n${members.map((member) => `${inner}${member}\n`).join('')}${margin}}`;
  }
}

interface Contract {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, { readonly payload: Schema }>> }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The type of an operation's request or answer: by name if the contract has one, else the type itself. */
function typesOf({ name }: Operation, { channels, components }: Contract): { readonly body: string; readonly answer: string } {
  const writer = new TypeWriter(components.schemas);
  const payload = (channel: string, message: string): string => writer.of(channels[channel]?.messages[message]?.payload ?? {}, '  ');
  return { body: payload(name, 'request'), answer: payload(`${name}.reply`, 'done') };
}

/** The path with every parameter as `:name`. */
function addressOf(route: Route): string {
  const named = isMutation(route) || isSetting(route) ? [] : [...(route.http.query ?? []), ...Object.keys(route.http.options ?? {})];
  const query = named.map((part) => `${part}=:${part}`).join('&');
  return `  '${route.name}': ['${methodOf(route)}', '${route.http.path}${query === '' ? '' : `?${query}`}'],\n`;
}

function methodIn(operation: Operation, contract: Contract): string {
  const { name, method, summary } = operation;
  const { body, answer } = typesOf(operation, contract);
  const options = isMutation(operation) ? ', options?: CallOptions' : '';
  const call = isMutation(operation) ? `this.change('${name}', body, options)` : `this.query('${name}', body)`;
  return `\n  /** ${summary} */\n  ${method}(body: ${body}${options}): Promise<Outcome<${answer}>> {\n    return ${call};\n  }\n`;
}

/** The module of the client kit with a type, a path and a method for each operation. */
export function clientOperations(): string {
  const contract = asyncapi() as unknown as Contract;
  const all = operations();
  const refs = new Set(JSON.stringify(contract.channels).match(/(?<=#\/components\/schemas\/)\w+/g));
  const named = Object.entries(contract.components.schemas).filter(
    ([name]) => refs.has(name) && name !== 'Problem' && name !== 'InProcess',
  );
  const writer = new TypeWriter(Object.fromEntries(named));
  const types = named.map(([name, schema]) => `${sentence(schema, '')}export type ${name} = ${writer.inline(schema, '')};\n`);
  const table = (title: string, rows: readonly Operation[]): string => {
    const lines = rows.map((row) => {
      const { body, answer } = typesOf(row, contract);
      return `  '${row.name}': { readonly body: ${body}; readonly answer: ${answer} };\n`;
    });
    return `export interface ${title} {\n${lines.join('')}}\n`;
  };
  return `// Written by \`npm run docs\` from the operations of the service.
import type { CallOptions } from './call-options.js';
import type { Outcome } from './outcome.js';

${types.join('\n')}
/** What changes something: it has a key. */
${table('Mutations', all.filter(isMutation))}
/** What only reads, or changes a setting: it has no key. */
${table(
  'Queries',
  all.filter((one) => !isMutation(one)),
)}
export type MutationName = keyof Mutations;
export type QueryName = keyof Queries;
export type OperationName = MutationName | QueryName;

/** Method and address over HTTP. Other operations are asked over NATS alone. */
export const ADDRESSES: Readonly<Partial<Record<OperationName, readonly [method: 'GET' | 'POST', address: string]>>> = {
${routes().map(addressOf).join('')}};

/** A method for each operation. */
export abstract class Operations {
  protected abstract change<M extends MutationName>(operation: M, body: Mutations[M]['body'], options?: CallOptions): Promise<Outcome<Mutations[M]['answer']>>;
  protected abstract query<Q extends QueryName>(operation: Q, body: Queries[Q]['body']): Promise<Outcome<Queries[Q]['answer']>>;
${all.map((one) => methodIn(one, contract)).join('')}}
`;
}
