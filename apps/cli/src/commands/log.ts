import type { Command } from 'commander';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { number, progressOf } from '#shared/platform/process/progress.js';
import { backUp } from '../log/backup.js';
import { readLedgerWitness } from '../log/ledger-witness.js';
import type { StreamCopy } from '../log/manifest.js';
import { restore } from '../log/restore.js';
import { type LogVerdict, verifyLog } from '../log/verify-log.js';
import { asOperator, say, withExitCodes, withNats } from '../operator.js';
import { unlessInterrupted } from '../unless-interrupted.js';

/** `admit log …` */
export function addLogCommands(program: Command): void {
  const log = withExitCodes(program.command('log').description('the log itself: prove that it is whole, copy it, bring a copy back'));
  log
    .command('verify')
    .description('read every commit of EVENTS and prove its chain, against the ledger too; exit code 1 when it is not whole')
    .option('--no-ledger', 'do not compare with the ledger: the last commit of each subject is then not verified')
    .option('--json', 'print the outcome as JSON')
    .action(verify);
  log
    .command('backup')
    .argument('<folder>', 'where it is put; must not exist yet')
    .description('copy every stream into a new folder, while selling continues. It holds secrets of tenants: keep it private')
    .action(takeBackup);
  log
    .command('restore')
    .argument('<folder>', 'the folder that backup created')
    .description('bring a backup into a server that has no log (NATS user: provision); refused where there is one')
    .action(bringBack);
}

async function takeBackup(folder: string): Promise<void> {
  process.exitCode = EXIT.failed;
  const { epoch, takenAt } = await asOperator(readEnvironment(), (connection, inbox) =>
    unlessInterrupted(
      () => connection.close(),
      () => backUp({ connection, inbox }, folder, sayCopy('copied')),
    ),
  );
  say(`${folder}: the log of epoch ${epoch}, as of ${takenAt}`);
  process.exitCode = EXIT.ok;
}

async function bringBack(folder: string): Promise<void> {
  process.exitCode = EXIT.failed;
  const environment = readEnvironment();
  const { epoch, takenAt } = await withNats(environment, 'provision', (connection) =>
    restore(connection, folder, { replicas: environment.NATS_REPLICAS, each: sayCopy('restored') }),
  );
  say(
    `the log of epoch ${epoch} is as it was at ${takenAt}; now: admit log verify, then start the apps. A ledger that knows more than this`,
  );
  say('log refuses to go on: admit replay --promote --trust-log rebuilds it from the restored log.');
  process.exitCode = EXIT.ok;
}

const sayCopy =
  (done: string) =>
  ({ name, messages, lastSequence, bytes }: StreamCopy): void =>
    say(`${done} ${name.padEnd(10)} ${number(messages)} messages, the last is ${number(lastSequence)}; ${number(bytes)} bytes`);

async function verify({ ledger, json }: { readonly ledger: boolean; readonly json?: boolean }): Promise<void> {
  process.exitCode = EXIT.failed; // default, until the check reports its result
  const environment = readEnvironment();
  const url = ledger ? environment.DATABASE_REPLAY_URL : '';
  const witness = url === '' ? undefined : await readLedgerWitness(url); // read before the log, which only grows, so the log cannot appear to be behind
  const verdict = await asOperator(environment, (connection) => verifyLog(connection, witness, progressOf('verify', 'commits')));
  if (json === true) say(JSON.stringify({ ...verdict, witness: witness !== undefined }));
  else say(sentenceOf(verdict, witness !== undefined));
  process.exitCode = verdict.findings.length === 0 ? EXIT.ok : EXIT.findings;
}

function sentenceOf({ epoch, sequence, subjects, findings, more }: LogVerdict, witnessed: boolean): string {
  const seen = `${number(sequence)} commits on ${number(subjects)} subjects, epoch ${epoch}`;
  const ends = witnessed ? '' : '; the last commit of each subject is not verified (no ledger: set DATABASE_REPLAY_URL)';
  if (findings.length === 0) return `whole: ${seen}${ends}`;
  const lines = findings.map(({ sequence: place, subject, what }) =>
    place === 0 && subject === '' ? `EVENTS ${what}` : `${place}  ${subject}  ${what}`,
  );
  const others = more === 0 ? [] : [`and ${number(more)} more`];
  return [`NOT WHOLE: ${seen}${ends}`, ...lines, ...others].join('\n');
}
