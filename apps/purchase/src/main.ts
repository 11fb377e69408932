import 'reflect-metadata';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger } from '#shared/platform/logger.js';
import { startPurchase } from './start.js';

const environment = readEnvironment();
const logger = createLogger('purchase', environment.LOG_LEVEL);
try {
  const app = await startPurchase(environment, logger);
  app.enableShutdownHooks();
  logger.info({ url: await app.getUrl() }, 'purchase is ready');
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'purchase could not start');
  process.exit(1);
}
