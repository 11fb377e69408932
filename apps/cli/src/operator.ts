import type { NatsConnection } from '@nats-io/transport-node';
import type { Command } from 'commander';
import { accessOf, connectForCommand } from '#shared/platform/messaging/nats.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';

/** Does something as the operator's NATS user. */
export const asOperator = <T>(environment: Environment, work: (connection: NatsConnection, inbox: string) => Promise<T>): Promise<T> =>
  withNats(environment, 'operator', work);

/** Does something as the NATS user that the environment names, or as `user`; told also where that user may listen. */
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

/** What a command that looks for something tells the shell by its exit code. */

/** A command that is not used as it should be, or cannot be carried out, ends with 2: 1 is for what it found. */
export function withExitCodes(command: Command): Command {
  return command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.failed));
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
