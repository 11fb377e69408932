import { Fault } from '#shared/kernel/fault.js';
import type { NatsAccess } from '#shared/platform/messaging/nats.js';
import { rewind, sequenceOf } from '#shared/platform/operator/prepare-replay.js';
import { runProgram } from '#shared/platform/operator/run-program.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { number } from '#shared/platform/process/progress.js';
import { withBackup } from '../log/replay-backup.js';
import { asOperator } from '../operator.js';

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

const COULD_NOT = 2;
/** Garbage collection runs in the main thread: helper threads took a tenth more processor time, which Postgres needs. */
export const REPLAY_NODE_FLAGS: readonly string[] = ['--single-threaded-gc'];

/**
 * `admit replay`: runs the replay as a separate process. Its settings are only the prepared replay consumer and the shadow ledger; with
 * --promote also the ledger owner's login. Once it has locked the shadow and so the consumer, it asks this process to rewind the
 * consumer. Exit codes: 0 the live ledger matches the log, 1 it differs, 2 could not run, 3 the log is broken, 4 tenants are halted.
 */
export async function replayLog(options: ReplayOptions): Promise<void> {
  process.exitCode = COULD_NOT; // default, unless the replay reports its result
  const environment = readEnvironment();
  process.exitCode = await (options.fromBackup === undefined
    ? replayLive(environment, options)
    : replayBackup(environment, options, options.fromBackup));
}

async function replayLive(environment: Environment, options: ReplayOptions): Promise<number> {
  const { NATS_URL, NATS_REPLAY_USER, NATS_REPLAY_PASSWORD } = environment;
  const settings = {
    ...settingsOf(environment, { servers: [NATS_URL], user: NATS_REPLAY_USER, password: NATS_REPLAY_PASSWORD }),
    ...(options.promote === true && { DATABASE_ADMIN_URL: environment.DATABASE_ADMIN_URL }),
  };
  return asOperator(environment, async (operator) => {
    const until = options.until === undefined ? undefined : await sequenceOf(operator, options.until);
    return run(options, until, settings, () => rewind(operator));
  });
}

/**
 * A backup is older than the log: as the live ledger it would visibly undo later sales. If the log exists, promote from the log; if it
 * is lost, restore the backup first.
 */
const NO_PROMOTION =
  '--promote with --from-backup: an older ledger cannot replace the live one. Promote from the log (admit replay --promote), after admit log restore if it is lost';

function replayBackup(environment: Environment, options: ReplayOptions, folder: string): Promise<number> {
  if (options.promote === true) throw new Fault('configuration', { problems: [NO_PROMOTION] });
  return withBackup(folder, environment.NATS_SERVER || 'nats-server', async ({ manifest, last, keeper, replay }) => {
    const until = options.until === undefined ? undefined : await sequenceOf(keeper, options.until);
    if (until !== undefined && until > last)
      throw new Fault('configuration', { problems: [`--until ${until}: the backup ends at commit ${last}`] });
    process.stderr.write(`backup of epoch ${manifest.epoch}, taken at ${manifest.takenAt}, ends at commit ${number(last)}\n`);
    return run(options, until, settingsOf(environment, replay));
  });
}

const run = (
  options: ReplayOptions,
  until: number | undefined,
  settings: Readonly<Record<string, string>>,
  asked?: () => Promise<void>, // on the separate server the consumer is new
): Promise<number> =>
  runProgram('ledger/src/replay.js', flagsOf(options, until), settings, {
    nodeFlags: REPLAY_NODE_FLAGS,
    ...(asked !== undefined && { asked }),
  });

const flagsOf = ({ tenant, fromBackup, promote, trustLog, json }: ReplayOptions, until: number | undefined): string[] => [
  ...(tenant === undefined ? [] : ['--tenant', tenant]),
  ...(until === undefined ? [] : ['--until', `${until}`]),
  ...(fromBackup === undefined ? [] : ['--log-is-past']),
  ...(promote === true ? ['--promote'] : []),
  ...(trustLog === true ? ['--trust-log'] : []),
  ...(json === true ? ['--json'] : []),
];

const settingsOf = (environment: Environment, { servers, user, password }: NatsAccess): Readonly<Record<string, string>> => ({
  NATS_URL: servers.join(','),
  NATS_REPLAY_USER: user,
  NATS_REPLAY_PASSWORD: password,
  LOG_LEVEL: environment.LOG_LEVEL,
  DATABASE_REPLAY_URL: environment.DATABASE_REPLAY_URL,
});
