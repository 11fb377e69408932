import { type Command, InvalidArgumentError } from 'commander';
import { type DeadLetterEntry, DeadLetterQueue } from '#shared/platform/operator/dead-letter-queue.js';
import { Redrive, type Redriven } from '#shared/platform/operator/redrive.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { asOperator, say, withExitCodes } from '../operator.js';
import { harmless, tableWith } from '../table.js';

const REASON_CHARACTERS = 80;

interface Which {
  readonly stream?: string;
  readonly tenant?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `admit dead …` */
export function addDeadCommands(program: Command): void {
  const dead = withExitCodes(program.command('dead').description('list, redrive or drop dead letters'));
  dead
    .command('ls')
    .description('list open dead letters; exit code 1: there are some')
    .option('--stream <stream>', 'only those of this stream: COMMANDS or MINTS')
    .option('--tenant <tenant>', "only this tenant's")
    .option('--all', 'also those that were redriven or dropped')
    .option('--json', 'as JSON')
    .action(list);
  dead
    .command('show')
    .argument('<entry>', 'its number, as ls shows it', entryIn)
    .description('show one entry with its original')
    .option('--json', 'as JSON')
    .action(show);
  dead
    .command('redrive')
    .argument('[entries...]', 'their numbers', (text: string, before: readonly number[] = []) => [...before, entryIn(text)])
    .description(
      'send originals again, after the cause is removed, and wait for their decisions; nothing is done twice. Exit code 1: one is refused',
    )
    .option('--all', 'every open entry')
    .option('--stream <stream>', 'only those of this stream')
    .option('--tenant <tenant>', "only this tenant's")
    .action(redrive);
  dead
    .command('drop')
    .argument('<entry>', 'its number', entryIn)
    .description('close an entry without sending it; it stays on DEAD, with the reason')
    .requiredOption('--reason <text>', 'why it is not sent again')
    .action(drop);
}

async function list(which: Which): Promise<void> {
  await withQueue(async (queue) => {
    const entries = (await queue.list({ closed: which.all === true })).filter(chosenBy(which));
    if (which.json === true) say(JSON.stringify(entries));
    else say(entries.length === 0 ? 'no dead letters' : tableOf(entries));
    return entries.some(({ closed }) => closed === undefined) ? EXIT.findings : EXIT.ok;
  });
}

async function show(sequence: number, { json }: Which): Promise<void> {
  await withQueue(async (queue) => {
    const entry = await queue.find(sequence);
    if (entry === undefined) return complain(`there is no entry ${sequence}; admit dead ls lists them`);
    say(json === true ? JSON.stringify(entry) : detailsOf(entry));
    return EXIT.ok;
  });
}

async function redrive(sequences: readonly number[] = [], which: Which = {}): Promise<void> {
  if (sequences.length > 0 === (which.all === true)) {
    process.exitCode = complain('name the entries, or use --all');
    return;
  }
  await withQueue(async (queue, redriving) => {
    const entries = which.all === true ? await queue.list({ closed: false }) : await entriesOf(queue, sequences);
    if (entries === undefined) return EXIT.failed;
    const chosen = entries.filter(chosenBy(which));
    if (chosen.length === 0) say('nothing to redrive');
    let refused = false;
    for (const entry of chosen) {
      const { outcome, note }: Redriven = await redriving.run(entry);
      refused ||= outcome === 'refused';
      say(`${entry.number}  ${outcome}  ${note}`);
    }
    return refused ? EXIT.findings : EXIT.ok;
  });
}

async function entriesOf(queue: DeadLetterQueue, sequences: readonly number[]): Promise<readonly DeadLetterEntry[] | undefined> {
  const entries: DeadLetterEntry[] = [];
  for (const sequence of sequences) {
    const entry = await queue.find(sequence);
    if (entry === undefined) complain(`there is no entry ${sequence}; nothing was sent`);
    else entries.push(entry);
  }
  return entries.length === sequences.length ? entries : undefined;
}

async function drop(sequence: number, { reason }: { readonly reason: string }): Promise<void> {
  await withQueue(async (queue) => {
    const entry = await queue.find(sequence);
    if (entry === undefined) return complain(`there is no entry ${sequence}; admit dead ls lists them`);
    if (entry.closed === undefined && (await queue.close(sequence, { how: 'dropped', note: reason }))) say(`${sequence}  dropped`);
    else {
      const { closed = entry.closed } = (await queue.find(sequence)) ?? entry;
      say(`${sequence}  closed  ${closed?.how} already: ${closed?.note}`);
    }
    return EXIT.ok;
  });
}

async function withQueue(work: (queue: DeadLetterQueue, redriving: Redrive) => Promise<number>): Promise<void> {
  process.exitCode = EXIT.failed; // unless the work below succeeds
  process.exitCode = await asOperator(readEnvironment(), async (connection) => {
    const queue = await DeadLetterQueue.on(connection);
    return work(queue, await Redrive.on(connection, queue));
  });
}

const chosenBy =
  ({ stream, tenant }: Which) =>
  (entry: DeadLetterEntry): boolean =>
    (stream === undefined || entry.stream === stream) && (tenant === undefined || tenantOf(entry) === tenant);

/** Subjects have the tenant as their second token; commands have the bucket before it. */
const tenantOf = ({ subject }: DeadLetterEntry): string => subject.split('.')[subject.startsWith('cmd.') ? 2 : 1] ?? '?';

function tableOf(entries: readonly DeadLetterEntry[]): string {
  const table = tableWith(['entry', 'since', 'stream', 'tenant', 'subject', 'tries', 'reason', 'ended']);
  for (const each of entries) {
    const { number, deadLetteredAt, stream, subject, deliveries, reason, closed } = each;
    const short = reason.length > REASON_CHARACTERS ? `${reason.slice(0, REASON_CHARACTERS)}…` : reason;
    table.push([number, deadLetteredAt, stream, tenantOf(each), subject, deliveries, harmless(short), closed?.how ?? '']);
  }
  return table.toString();
}

function detailsOf({
  number,
  deadLetteredAt,
  stream,
  subject,
  sequence,
  deliveries,
  storedAt,
  reason,
  headers,
  original,
  closed,
}: DeadLetterEntry): string {
  const ended = closed === undefined ? 'not yet' : `${closed.how} ${closed.at}: ${closed.note}`;
  const facts = Object.entries({
    entry: number,
    since: deadLetteredAt,
    stream: `${stream} ${sequence}, stored ${storedAt}`,
    subject,
    tries: deliveries,
    reason,
    ended,
    headers: headers === undefined ? 'not kept' : JSON.stringify(headers),
  }).map(([name, value]) => `${name.padEnd(8)} ${value}`);
  return harmless([...facts, '', Buffer.from(original, 'base64').toString('utf8')].join('\n'));
}

function entryIn(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('An entry is named by its number, as admit dead ls shows it.');
  return Number(text);
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return EXIT.failed;
}
