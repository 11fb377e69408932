import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const STANDARD_OUTPUT = 1;
/** Commands log here: their standard output holds only the result. */
export const STANDARD_ERROR = 2;

/** Structured log lines, by default on standard output; values of secret fields print as ***. */
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

/** Nest's log lines in the same form. */
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
