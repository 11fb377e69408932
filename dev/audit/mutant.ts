/**
 * A guard, and how tests run without it. The product has no switch: scripts/audit-mutant.cjs changes the text of one file while a test loads it,
 * so no built artefact can have a guard switched off.
 */
export interface Mutant {
  /** The property that the guard holds, and what happens without it. */
  readonly guard: string;
  readonly file: string;
  /** Occurs in the file exactly once; a test checks this. */
  readonly from: string;
  readonly to: string;
  /** The checks and laws (`L13`) that it guards, `compressed NM8` with compressed tickets: a test of each must fail without it. */
  readonly checks: readonly string[];
  readonly specs: readonly string[];
  /** Its tests are skipped where the programs of compressed tickets are missing: then it is not tried. */
  readonly needsPrograms?: true;
  /** Words of the titles of the tests to run, if whole files would take long. At least one of these tests passes without the guard too. */
  readonly tests?: readonly string[];
}
