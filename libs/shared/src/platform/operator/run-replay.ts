import type { NatsConnection } from '@nats-io/transport-node';
import { accessOf, type NatsAccess, settingsOfLogin } from '../messaging/nats-login.js';
import type { Environment } from '../process/environment.js';
import { rewind, sequenceOf } from './prepare-replay.js';
import { type ProgramOptions, runProgram } from './run-program.js';

export interface ReplayOptions {
  readonly tenant?: string;
  /** A stream sequence, or a time. */
  readonly until?: string;
  /** The folder of a backup to replay instead of the log. */
  readonly fromBackup?: string;
  readonly promote?: boolean;
  readonly trustLog?: boolean;
  readonly json?: boolean;
}

type Output = Pick<ProgramOptions, 'output'>;

/** Garbage collection runs in the main thread: helper threads took a tenth more processor time, which Postgres needs. */
export const REPLAY_NODE_FLAGS: readonly string[] = ['--single-threaded-gc'];

/**
 * Replays the log in a separate process. Its settings are only the prepared replay consumer and the shadow ledger; with `promote` also the ledger
 * owner's login. Once it has locked the shadow and so the consumer, it asks this process to rewind the consumer.
 * @returns its exit code: 0 the live ledger matches the log, 1 it differs, 2 could not run, 3 the log is broken, 4 tenants are halted
 */
export async function replayLog(
  operator: NatsConnection,
  environment: Environment,
  options: ReplayOptions,
  output: Output = {},
): Promise<number> {
  const settings = {
    ...replaySettings(environment, accessOf(environment, 'replay', 'NATS_REPLAY')),
    ...(options.promote === true && { DATABASE_ADMIN_URL: environment.DATABASE_ADMIN_URL }),
  };
  const until = options.until === undefined ? undefined : await sequenceOf(operator, options.until);
  return runReplay(options, until, settings, { ...output, asked: () => rewind(operator) });
}

export const runReplay = (
  options: ReplayOptions,
  until: number | undefined,
  settings: Readonly<Record<string, string>>,
  program: Omit<ProgramOptions, 'nodeFlags'> = {},
): Promise<number> => runProgram('ledger/src/replay.js', flagsOf(options, until), settings, { ...program, nodeFlags: REPLAY_NODE_FLAGS });

const flagsOf = ({ tenant, fromBackup, promote, trustLog, json }: ReplayOptions, until: number | undefined): string[] => [
  ...(tenant === undefined ? [] : ['--tenant', tenant]),
  ...(until === undefined ? [] : ['--until', `${until}`]),
  ...(fromBackup === undefined ? [] : ['--log-is-past']),
  ...(promote === true ? ['--promote'] : []),
  ...(trustLog === true ? ['--trust-log'] : []),
  ...(json === true ? ['--json'] : []),
];

export const replaySettings = (environment: Environment, access: NatsAccess): Readonly<Record<string, string>> => ({
  ...settingsOfLogin(access),
  LOG_LEVEL: environment.LOG_LEVEL,
  DATABASE_REPLAY_URL: environment.DATABASE_REPLAY_URL,
});
