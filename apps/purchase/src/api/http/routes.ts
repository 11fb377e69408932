import type { FieldError } from '#shared/platform/problem.js';
import type { AddressPart } from '../../operations/addresses.js';
import { isMutation, isSetting, type Mutation, type Query, type Setting } from '../../operations/operation.js';
import { operations } from '../../operations/operations.js';

export type MutationRoute = Mutation & { readonly http: object };
/** An operation that is asked over HTTP too: a mutation or a setting by POST, a query by GET. */
export type Route = MutationRoute | Query | Setting;

export const routes = (): Route[] => operations().filter((operation): operation is Route => operation.http !== undefined);

export const methodOf = (route: Route): 'POST' | 'GET' => (isMutation(route) || isSetting(route) ? 'POST' : 'GET');

/** The parts that a path names, in their order. */
export const partsOf = (path: string): AddressPart[] => [...path.matchAll(/:([a-z]+)/g)].map(([, name]) => name as AddressPart);

/** Every member of a request that its address says. */
export const addressedParts = ({ http }: Route): AddressPart[] => [...partsOf(http.path), ...('query' in http ? (http.query ?? []) : [])];

/** A path with its parts filled in. */
export const fill = (path: string, parts: Readonly<Record<string, unknown>>): string =>
  path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(parts[name])));

const NUMBER = /^\d{1,9}$/;

/** The optional members that an address says. A number that is none stays text, for the schema to refuse. */
export function optionsIn(
  { http: { options = {} } }: Query,
  said: Readonly<Record<string, unknown>>,
): { readonly said: Readonly<Record<string, string | number>> } | { readonly errors: readonly FieldError[] } {
  const named = Object.entries(options).filter(([name]) => said[name] !== undefined);
  const errors = named.flatMap(([name]) => (typeof said[name] === 'string' ? [] : [{ pointer: `/${name}`, detail: 'must be given once' }]));
  if (errors.length > 0) return { errors };
  const read = (kind: 'number' | 'text', value: string): string | number =>
    kind === 'number' && NUMBER.test(value) ? Number(value) : value;
  return { said: Object.fromEntries(named.map(([name, kind]) => [name, read(kind, String(said[name]))])) };
}
