import type { Mutant } from './mutant.js';
import { KEY_MUTANTS } from './mutants/keys.js';
import { MINT_MUTANTS } from './mutants/mints.js';
import { PAYMENT_MUTANTS } from './mutants/payments.js';
import { ROW_MUTANTS } from './mutants/rows.js';
import { SALE_MUTANTS } from './mutants/sales.js';

/** Every guard that is taken out, by what it holds. */
export const MUTANTS: readonly Mutant[] = [...KEY_MUTANTS, ...SALE_MUTANTS, ...PAYMENT_MUTANTS, ...ROW_MUTANTS, ...MINT_MUTANTS];
