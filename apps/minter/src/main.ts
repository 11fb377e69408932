import 'reflect-metadata';
import { runApp } from '#shared/platform/run-app.js';
import { startMinter } from './start.js';

await runApp('minter', async (environment, logger) => ({ app: await startMinter(environment, logger) }));
