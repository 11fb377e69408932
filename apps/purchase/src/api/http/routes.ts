import type { FieldError } from '#shared/platform/problem.js';
import type { AddressPart } from '../../operations/addresses.js';
import { isMutation, isSetting, type Mutation, type Query, type Setting } from '../../operations/operation.js';
import { operations } from '../../operations/operations.js';

export type MutationRoute = Mutation & { readonly http: object };
/** An operation with an HTTP route: POST for mutations and settings, GET for queries. */
export type Route = MutationRoute | Query | Setting;

export const routes = (): Route[] => operations().filter((operation): operation is Route => operation.http !== undefined);

export const methodOf = (route: Route): 'POST' | 'GET' => (isMutation(route) || isSetting(route) ? 'POST' : 'GET');

/** The parameters in a path, in their order. */
export const partsOf = (path: string): AddressPart[] => [...path.matchAll(/:([a-z]+)/g)].map(([, name]) => name as AddressPart);

/** Every request member in path and query. */
export const addressedParts = ({ http }: Route): AddressPart[] => [...partsOf(http.path), ...('query' in http ? (http.query ?? []) : [])];

/** A path with its parameters filled in. */
export const fill = (path: string, parts: Readonly<Record<string, unknown>>): string =>
  path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(parts[name])));

const NUMBER = /^\d{1,9}$/;

/** The optional members in the query string. Text that is not a number stays text, so that the schema refuses it. */
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
