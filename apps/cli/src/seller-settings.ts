import { join } from 'node:path';
import { loadEnvironmentFile } from '#shared/platform/process/environment.js';

/** The address and the API key of requests: set together or not at all, so that no key reaches another service. */
const OF_ONE_SERVICE = ['HTTP_URL', 'ADMIT_API_KEY'] as const;

/** Loads the settings that `npm start` wrote for a client in the same folder. */
export function loadSellerSettings(): void {
  loadEnvironmentFile(join('.admit', 'stack.env'), OF_ONE_SERVICE);
}

/** Loads the health addresses of the apps that `npm start` runs. */
export function loadHealthAddresses(): void {
  loadEnvironmentFile(join('.admit', 'env', 'console.env'), ['CONSOLE_HEALTH_URLS']);
}
