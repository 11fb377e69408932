import { z } from 'zod';
import {
  AREA_PATTERN,
  type AreaId,
  CATEGORY_PATTERN,
  type CategoryId,
  CODE_PATTERN,
  type CodeId,
  SALE_PATTERN,
  type SaleId,
  TYPE_PATTERN,
  type TypeId,
  UNIT_PATTERN,
  type UnitId,
} from '../kernel/ids.js';
import {
  amountPattern,
  CURRENCY_PATTERN,
  MAX_NAME_LENGTH,
  NAME_RULE,
  nameProblem,
  personalProblem,
  TIME_RULE,
  timeProblem,
} from './values.js';

/** Members that several commands have. */

export const matching = <T extends string>(pattern: RegExp, allowed: string) =>
  z
    .string(`must be a string: ${allowed}`)
    .regex(pattern, `must be ${allowed}`)
    .transform((text) => text as T);
/** Reports the problem that a check of `values.ts` returns. */
export const fitting =
  <T>(problemOf: (value: T) => string | undefined) =>
  (context: { value: T; issues: z.core.$ZodRawIssue[] }): void => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };
export const whole = (from: number, to: number) => {
  const allowed = `must be a whole number from ${from} to ${to}`;
  return z.number(allowed).int(allowed).min(from, allowed).max(to, allowed);
};

/** A text chosen by a caller: it must not look like personal data. */
export const chosen = <T extends string>(pattern: RegExp, allowed: string) =>
  matching<T>(pattern, allowed).check(fitting<T>(personalProblem));

export const saleId = matching<SaleId>(SALE_PATTERN, '1 to 64 of A-Z a-z 0-9 _ -');
/** Checked when a sale is opened; requests for unknown sales are not stored. */
export const newSaleId = saleId.check(fitting<SaleId>(personalProblem));
export const unitId = chosen<UnitId>(UNIT_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
export const categoryId = chosen<CategoryId>(CATEGORY_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
export const codeId = chosen<CodeId>(CODE_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
export const typeId = chosen<TypeId>(TYPE_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -');
export const areaId = chosen<AreaId>(AREA_PATTERN, '1 to 25 of A-Z a-z 0-9 _ -');
export const moment = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2027-01-31T19:00:00Z' })
  .meta(TIME_RULE)
  .transform((text) => Date.parse(text))
  .check(fitting(timeProblem));
export const amount = (digits: number) =>
  z
    .string('must be a string of minor units such as "5000"')
    .regex(amountPattern(digits), `must be 1 to ${digits} digits of minor units, such as "5000" for 50.00`);
export const currency = matching<string>(CURRENCY_PATTERN, 'a currency of ISO 4217, such as EUR');
/** Reports the position of each repeated value. */
export function refuseRepeats(context: { value: readonly string[]; issues: z.core.$ZodRawIssue[] }): void {
  const seen = new Set<string>();
  for (const [index, value] of context.value.entries()) {
    if (seen.has(value)) context.issues.push({ code: 'custom', message: `${value} is named twice`, path: [index], input: value });
    seen.add(value);
  }
}

export const namesOf = <T extends string>(what: string, name: z.ZodType<T>, most: number) =>
  z
    .array(name, `must be a list of ${what}s`)
    .min(1, `must name at least one ${what}`)
    .max(most, `must name at most ${most} ${what}s`)
    .check(refuseRepeats);

/** Documents state the lengths; `nameProblem` checks the rest. */
export const name = z
  .string('must be a string')
  .min(1, { error: 'must not be empty', abort: true })
  .max(MAX_NAME_LENGTH, { error: `must be at most ${MAX_NAME_LENGTH} characters`, abort: true })
  .check(fitting(nameProblem))
  .meta(NAME_RULE);
