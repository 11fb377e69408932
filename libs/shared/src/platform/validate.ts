import type { z } from 'zod';
import { escapePointer } from '../kernel/canonical.js';
import type { FieldError } from './problem.js';

export type Validated<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

/** The number of errors in one response; more do not help a caller. */
const MAX_ERRORS = 20;

/** Parses a body by its schema: the value, or every invalid field with what is permitted. */
export function validate<T extends z.ZodType>(schema: T, body: unknown): Validated<z.infer<T>> {
  const read = schema.safeParse(body);
  if (read.success) return { value: read.data };
  return { errors: read.error.issues.flatMap((issue) => fieldErrors(issue, body, [])).slice(0, MAX_ERRORS) };
}

function fieldErrors(issue: z.core.$ZodIssue, body: unknown, above: readonly PropertyKey[]): FieldError[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ pointer: pointerTo([...path, key]), detail: 'is not known here' }));
  if (issue.code !== 'custom' && isMissing(body, path)) return [{ pointer: pointerTo(path), detail: 'is required' }];
  if (issue.code === 'invalid_union') {
    const branch = closest(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => fieldErrors(inner, body, path));
  }
  const isObject = issue.code === 'invalid_type' && issue.expected === 'object';
  return [{ pointer: pointerTo(path), detail: isObject ? 'must be an object' : issue.message }];
}

/** Zod issues do not distinguish a missing member from one of the wrong type; the body does. */
function isMissing(body: unknown, path: readonly PropertyKey[]): boolean {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return true;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return value === undefined;
}

/** The branch of a union that the caller meant: the only one whose members match. */
function closest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const meant = branches.filter((issues) => issues.every(({ code, path }) => code !== 'unrecognized_keys' && path.length > 0));
  return meant.length === 1 ? meant[0] : undefined;
}

const pointerTo = (path: readonly PropertyKey[]): string => path.map((part) => `/${escapePointer(String(part))}`).join('');
