import type { Command } from 'commander';
import { Fault } from '#shared/kernel/fault.js';
import { sequenceOf } from '#shared/platform/operator/prepare-replay.js';
import { type ReplayOptions, replayLog as replayLive, replaySettings, runReplay } from '#shared/platform/operator/run-replay.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { number } from '#shared/platform/process/progress.js';
import { withBackup } from '../log/replay-backup.js';
import { asOperator, withExitCodes } from '../operator.js';

const COULD_NOT = 2;

/** `admit replay` */
export function addReplayCommand(program: Command): void {
  withExitCodes(program.command('replay'))
    .description('rebuild the ledger from the first event in a shadow, and compare it with the live one')
    .option('--tenant <tenant>', 'this tenant only')
    .option('--until <moment>', 'up to this sequence of the stream, or this time')
    .option(
      '--from-backup <folder>',
      'rebuild from a backup, on a server of its own (NATS_SERVER), and compare as of its last commit; the log is not touched',
    )
    .option('--promote', 'replace the live ledger by the rebuilt one')
    .option('--trust-log', 'promote also where the live ledger knows of more than the log, or of another one')
    .option('--json', 'print the outcome as JSON')
    .action(replayLog);
}

/** Exit codes: 0 the live ledger matches the log, 1 it differs, 2 could not run, 3 the log is broken, 4 tenants are halted. */
async function replayLog(options: ReplayOptions): Promise<void> {
  process.exitCode = COULD_NOT; // default, unless the replay reports its result
  const environment = readEnvironment();
  process.exitCode = await (options.fromBackup === undefined
    ? asOperator(environment, (operator) => replayLive(operator, environment, options))
    : replayBackup(environment, options, options.fromBackup));
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
    return runReplay(options, until, replaySettings(environment, replay)); // on the separate server the consumer is new
  });
}
