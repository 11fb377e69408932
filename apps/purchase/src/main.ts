import 'reflect-metadata';
import { runApp } from '#shared/platform/process/run-app.js';
import { startPurchase } from './start.js';

await runApp('purchase', async (environment, logger) => {
  const app = await startPurchase(environment, logger);
  return { app, url: await app.getUrl() };
});
