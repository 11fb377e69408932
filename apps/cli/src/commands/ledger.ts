import { setTimeout as pause } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { nameProblem } from '#shared/domain/values.js';
import { runProgram } from '#shared/platform/operator/run-program.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { type EventName, eventNamed, nameOf, suspendEvent } from '../ledger/suspend.js';
import { type Halt, readHalts, readSuspended } from '../ledger/suspense.js';
import { asOperator, say, withExitCodes } from '../operator.js';
import { harmless, tableWith } from '../table.js';

const MAX_REASON_LETTERS = 500;
/** A running ledger applies the decision within two or three seconds; a long sale after it takes longer. */
const GOES_ON_MS = 30_000;
const WITHIN = `${GOES_ON_MS / 1_000} s`;
const POLL_MS = 250;

interface Which {
  readonly tenant?: string;
  readonly json?: boolean;
}

interface Decision extends Which {
  readonly event: EventName;
  readonly reason: string;
}

/** `admit ledger …` */
export function addLedgerCommands(program: Command): void {
  const ledger = withExitCodes(
    program.command('ledger').description('the ledger: its database, tenants that are halted, events in suspense'),
  );
  ledger
    .command('migrate')
    .description("bring the database to this version: roles, schemas, tables. Needs the administrator's login; apps do without it")
    .action(migrate);
  ledger
    .command('halts')
    .description('list the tenants whose ledger is halted, with the event that cannot be applied; exit code 1 when there are any')
    .option('--json', 'as JSON')
    .action(listHalts);
  ledger
    .command('suspend')
    .argument('<tenant>', 'the halted tenant')
    .description('move the event at which a tenant is halted to suspense: it is listed but not applied, and the ledger continues after it')
    .requiredOption('--event <event>', 'as halts shows it; without the part behind the point, all events of that commit', eventIn)
    .requiredOption('--reason <text>', 'the reason; it is recorded in the log permanently', reasonIn)
    .option('--json', 'print the outcome as JSON')
    .action(suspend);
  ledger
    .command('suspense')
    .description('list the events in suspense with their amounts; exit code 1 when there are any')
    .option('--tenant <tenant>', "only this tenant's")
    .option('--json', 'as JSON')
    .action(listSuspense);
}

async function migrate(): Promise<void> {
  process.exitCode = EXIT.failed;
  const { DATABASE_ADMIN_URL, DATABASE_PROJECTOR_URL, DATABASE_READER_URL, DATABASE_REPLAY_URL, LOG_LEVEL } = readEnvironment();
  const settings = { DATABASE_ADMIN_URL, DATABASE_PROJECTOR_URL, DATABASE_READER_URL, DATABASE_REPLAY_URL, LOG_LEVEL };
  process.exitCode = (await runProgram('ledger/src/migrate.js', [], settings)) === 0 ? EXIT.ok : EXIT.failed;
}

async function listHalts({ json }: Which): Promise<void> {
  process.exitCode = EXIT.failed;
  const halts = await readHalts(readEnvironment().DATABASE_REPLAY_URL);
  if (json === true) say(JSON.stringify(halts));
  else if (halts.length === 0) say('no tenant is halted');
  else {
    const table = tableWith(['tenant', 'event', 'subject', 'reason']);
    for (const { tenant, event, subject, reason, catchingUp } of halts)
      table.push([tenant, event, subject, catchingUp ? 'it catches up' : harmless(reason)]);
    say(table.toString());
  }
  process.exitCode = halts.length === 0 ? EXIT.ok : EXIT.findings;
}

async function listSuspense({ tenant: only, json }: Which): Promise<void> {
  process.exitCode = EXIT.failed;
  const all = await readSuspended(readEnvironment().DATABASE_REPLAY_URL);
  const events = all.filter(({ tenant }) => only === undefined || tenant === only);
  if (json === true) say(JSON.stringify(events));
  else if (events.length === 0) say('nothing is in suspense');
  else {
    const table = tableWith(['tenant', 'event', 'type', 'order or ticket', 'holds', 'refused for', 'decided', 'reason']);
    for (const { tenant, event, type, order, ticket, holds, refusal, decidedAt, reason } of events)
      table.push([tenant, event, type, order ?? ticket ?? '', holds.join('\n'), harmless(refusal), decidedAt, harmless(reason)]);
    say(table.toString());
  }
  process.exitCode = events.length === 0 ? EXIT.ok : EXIT.findings;
}

async function suspend(tenant: string, { event, reason, json }: Decision): Promise<void> {
  process.exitCode = EXIT.failed;
  const environment = readEnvironment();
  const url = environment.DATABASE_REPLAY_URL;
  const halt = await haltWhen(url, tenant, (now) => !now.catchingUp);
  const decided = await asOperator(environment, (operator) => suspendEvent(operator, { tenant, event, reason, halt }));
  if (json !== true)
    say(`${tenant} ${nameOf(event)}: ${decided.known ? 'was suspended before' : 'suspended'}, by commit ${decided.sequence}`);
  const hasMet = (now: Halt): boolean =>
    !now.catchingUp && ((eventNamed(now.event)?.sequence ?? 0) > event.sequence || now.decision >= decided.sequence);
  const now = await haltWhen(url, tenant, hasMet);
  if (json === true) say(JSON.stringify({ tenant, event: nameOf(event), decision: decided.sequence, halted: now ?? null }));
  else if (now === undefined) say(`the ledger of ${tenant} continues`);
  else if (hasMet(now)) say(`the ledger of ${tenant} is halted again, at ${now.event}: ${harmless(now.reason)}`);
  else if (now.catchingUp) say(`the ledger of ${tenant} continues and is at commit ${now.event}: it has not caught up within ${WITHIN}`);
  else say(`the ledger has not continued within ${WITHIN}: is the ledger app running? The decision is recorded`);
  if (now === undefined) process.exitCode = EXIT.ok;
  else if (hasMet(now)) process.exitCode = EXIT.findings;
}

/** The tenant's halt, once the condition is true; `undefined` if it is not halted. After a time limit the last known state is returned. */
async function haltWhen(url: string, tenant: string, isSo: (now: Halt) => boolean): Promise<Halt | undefined> {
  for (const deadline = Date.now() + GOES_ON_MS; ; await pause(POLL_MS)) {
    const now = (await readHalts(url)).find((halt) => halt.tenant === tenant);
    if (now === undefined || isSo(now) || Date.now() > deadline) return now;
  }
}

function eventIn(text: string): EventName {
  const event = eventNamed(text);
  if (event === undefined) throw new InvalidArgumentError('An event is named as admit ledger halts shows it, such as 4711.2.');
  return event;
}

function reasonIn(text: string): string {
  const problem = nameProblem(text, MAX_REASON_LETTERS);
  if (problem !== undefined) throw new InvalidArgumentError(`It ${problem}.`);
  return text;
}
