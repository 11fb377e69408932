import 'reflect-metadata';
import { runApp } from '#shared/platform/run-app.js';
import { startPurchase } from './start.js';

await runApp('purchase', async (environment, logger) => ({ app: await startPurchase(environment, logger) }));
