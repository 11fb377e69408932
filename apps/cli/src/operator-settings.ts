import { join } from 'node:path';
import { loadEnvironmentFile } from '#shared/platform/process/environment.js';

/** What `npm start` wrote for whoever runs `admit` beside it, in the same folder. */
export function loadOperatorSettings(): void {
  loadEnvironmentFile(join('.admit', 'env', 'operator.env'));
}
