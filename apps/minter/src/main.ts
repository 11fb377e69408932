import 'reflect-metadata';
import { runApp } from '#shared/platform/process/run-app.js';
import { startMinter } from './start.js';

await runApp('minter', async (environment, logger) => ({ app: await startMinter(environment, logger) }));
