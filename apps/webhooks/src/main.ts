import 'reflect-metadata';
import { runApp } from '#shared/platform/process/run-app.js';
import { startWebhooks } from './start.js';

await runApp('webhooks', async (environment, logger) => ({ app: await startWebhooks(environment, logger) }));
