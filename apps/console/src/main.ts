import 'reflect-metadata';
import { runApp } from '#shared/platform/process/run-app.js';
import { startConsole } from './start.js';

await runApp('console', async (environment, logger) => {
  const app = await startConsole(environment, logger);
  return { app, url: await app.getUrl() };
});
