/**
 * A guard, and how tests are run without it. There is no switch in the product: the text of one file is changed on its way into a test
 * (scripts/audit-mutant.cjs), so nothing that is built can have its guards off.
 */
export interface Mutant {
  /** What holds, and what happens without it. */
  readonly guard: string;
  readonly file: string;
  /** Stands in the file exactly once: a test says so. */
  readonly from: string;
  readonly to: string;
  /** The checks that it guards: of each of them a test must fail. */
  readonly checks: readonly string[];
  readonly specs: readonly string[];
  /** Words of the titles of the tests to run, where the whole files would take long. One of them passes without the guard too. */
  readonly tests?: readonly string[];
}
