import { join } from 'node:path';
import { loadEnvironmentFile } from '#shared/platform/process/environment.js';

/** Loads the settings that `npm start` wrote for an operator in the same folder. */
export function loadOperatorSettings(): void {
  loadEnvironmentFile(join('.admit', 'env', 'operator.env'));
}
