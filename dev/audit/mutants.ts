import type { Mutant } from './mutant.js';
import { COMPRESSED_MUTANTS } from './mutants/compressed.js';
import { KEY_MUTANTS } from './mutants/keys.js';
import { LAW_MUTANTS } from './mutants/laws.js';
import { MINT_MUTANTS } from './mutants/mints.js';
import { PAYMENT_MUTANTS } from './mutants/payments.js';
import { ROW_MUTANTS } from './mutants/rows.js';
import { SALE_MUTANTS } from './mutants/sales.js';
import { WEBHOOK_MUTANTS } from './mutants/webhooks.js';

/** All mutants, by the guard that each removes. */
export const MUTANTS: readonly Mutant[] = [
  ...KEY_MUTANTS,
  ...SALE_MUTANTS,
  ...PAYMENT_MUTANTS,
  ...ROW_MUTANTS,
  ...MINT_MUTANTS,
  ...LAW_MUTANTS,
  ...COMPRESSED_MUTANTS,
  ...WEBHOOK_MUTANTS,
];
