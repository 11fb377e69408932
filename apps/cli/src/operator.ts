import type { NatsConnection } from '@nats-io/transport-node';
import type { Command } from 'commander';
import { connectForCommand } from '#shared/platform/messaging/nats.js';
import { accessOf } from '#shared/platform/messaging/nats-login.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';

/** Runs `work` as the operator's NATS user. */
export const asOperator = <T>(environment: Environment, work: (connection: NatsConnection, inbox: string) => Promise<T>): Promise<T> =>
  withNats(environment, 'operator', work);

/** Runs `work` as the NATS user of the environment, or as `user`; passes the inbox prefix that the user may subscribe to. */
export async function withNats<T>(
  environment: Environment,
  user: string,
  work: (connection: NatsConnection, inbox: string) => Promise<T>,
): Promise<T> {
  const access = accessOf(environment, user);
  const connection = await connectForCommand(access, 'admit');
  try {
    return await work(connection, `_INBOX.${access.user}`);
  } finally {
    await connection.close();
  }
}

/** Exit codes of commands that check something. */

/** Wrong usage or a command that cannot run exits with 2; 1 means findings. */
export function withExitCodes(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.failed));
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
