import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;
/** Where a command logs: its standard output is for its result alone. */
export const STANDARD_ERROR = 2;

/** Structured lines, on standard output where it is not said otherwise; whatever is named a secret prints as ***. */
export function createLogger(app: string, level: string, descriptor = STANDARD_OUTPUT): Logger {
  return pino(
    {
      level,
      base: { app },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['password', '*.password', 'authorization', '*.authorization', 'secretKey', '*.secretKey'], censor: '***' },
    },
    pino.destination(descriptor),
  );
}

/** Nest's own words, in the same form. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, ...context: unknown[]): void {
    this.logger.debug({ context: context.at(-1) }, String(message));
  }
  warn(message: unknown, ...context: unknown[]): void {
    this.logger.warn({ context: context.at(-1) }, String(message));
  }
  error(message: unknown, ...context: unknown[]): void {
    this.logger.error({ context }, String(message));
  }
  fatal(message: unknown, ...context: unknown[]): void {
    this.logger.fatal({ context }, String(message));
  }
}
