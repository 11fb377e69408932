import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { MetricsPage } from '../metrics/metrics-page.js';
import type { Environment } from './environment.js';
import type { Logger } from './logger.js';
import { stopTracing } from './tracing.js';

export const ENVIRONMENT = Symbol('settings of the process');
export const LOGGER = Symbol('log of the process');
const TRACING = Symbol('the end of the traces of the process');
export const CONNECTIONS = Symbol('NATS connections of the process');

/** The process before its first module. */
export class AppProcess {
  readonly page: MetricsPage;
  /** Every NATS connection that a module opened. */
  readonly connections: NatsConnection[] = [];

  constructor(
    readonly environment: Environment,
    readonly logger: Logger,
  ) {
    this.page = new MetricsPage(environment.METRICS_TOKEN);
  }

  /** Runs `start`. If it fails, the connections are closed: a process that cannot start leaves nothing behind. */
  async starting<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start();
    } catch (thrown) {
      await Promise.all(this.connections.map((connection) => connection.close()));
      throw thrown;
    }
  }
}

/** Provides the settings, the log and the metrics page to every module. */
@Global()
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class ProcessModule {
  static of({ environment, logger, page, connections }: AppProcess): DynamicModule {
    const providers = [
      { provide: ENVIRONMENT, useValue: environment },
      { provide: LOGGER, useValue: logger },
      { provide: CONNECTIONS, useValue: connections },
      { provide: MetricsPage, useValue: page },
    ];
    const tracing = { provide: TRACING, useValue: { onApplicationShutdown: stopTracing } };
    return { module: ProcessModule, providers: [...providers, tracing], exports: providers };
  }
}
