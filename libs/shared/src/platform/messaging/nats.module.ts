import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import type { Environment } from '../process/environment.js';
import type { Logger } from '../process/logger.js';
import { CONNECTIONS, ENVIRONMENT, LOGGER } from '../process/process.module.js';
import { awaitTopology } from '../topology/inspect.js';
import { connectNats, endConnection } from './nats.js';
import { accessOf, type NatsAccess } from './nats-login.js';

/** The connection that reads and writes streams. Streams and consumers were checked. */
export const NATS = Symbol('NATS connection');
/** The epoch of the log: another one after the log was created again. */
export const LOG_EPOCH = Symbol('epoch of the log');
const CHECKED_LOG = Symbol('connection and epoch');

interface CheckedLog {
  readonly connection: NatsConnection;
  readonly epoch: string;
}

/** A connection of the process, opened with its module. */
export const natsConnection = (token: symbol, name: string, access: (environment: Environment) => NatsAccess): Provider => ({
  provide: token,
  inject: [ENVIRONMENT, LOGGER, CONNECTIONS],
  useFactory: async (environment: Environment, logger: Logger, opened: NatsConnection[]) => {
    const connection = await connectNats(access(environment), name, logger);
    opened.push(connection);
    return connection;
  },
});

const UNCHECKED = Symbol('connection before its streams are compared');

/** The connection to the log. The app does not start if streams or consumers differ from the required ones (`stream-differs`). */
@Global()
@Module({})
export class NatsModule implements OnApplicationShutdown {
  constructor(@Inject(NATS) private readonly connection: NatsConnection) {}

  /** @param user default of NATS_USER, and the name of the connection */
  static as(user: string): DynamicModule {
    return {
      module: NatsModule,
      providers: [
        natsConnection(UNCHECKED, user, (environment) => accessOf(environment, user)),
        {
          provide: CHECKED_LOG,
          inject: [UNCHECKED, LOGGER],
          useFactory: async (connection: NatsConnection, logger: Logger): Promise<CheckedLog> => {
            const epoch = await awaitTopology(connection, logger);
            logger.info({ epoch }, 'streams are as wanted');
            return { connection, epoch };
          },
        },
        { provide: NATS, inject: [CHECKED_LOG], useFactory: ({ connection }: CheckedLog) => connection },
        { provide: LOG_EPOCH, inject: [CHECKED_LOG], useFactory: ({ epoch }: CheckedLog) => epoch },
      ],
      exports: [NATS, LOG_EPOCH],
    };
  }

  /** Global modules end last: all users of the connection have stopped. */
  async onApplicationShutdown(): Promise<void> {
    await endConnection(this.connection);
  }
}
