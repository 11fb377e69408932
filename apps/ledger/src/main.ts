import 'reflect-metadata';
import { runApp } from '#shared/platform/process/run-app.js';
import { startLedger } from './start.js';

await runApp('ledger', async (environment, logger) => {
  const { app, projecting } = await startLedger(environment, logger);
  return { app, url: await app.getUrl(), working: projecting };
});
