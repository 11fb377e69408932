import { type Command, InvalidArgumentError } from 'commander';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { type DeadLetterEntry, DeadLetterQueue } from '../dead/dead-letter-queue.js';
import { Redrive, type Redriven } from '../dead/redrive.js';
import { asOperator, say, withExitCodes } from '../operator.js';
import { harmless, tableWith } from '../table.js';

const REASON_LETTERS = 80;

interface Which {
  readonly stream?: string;
  readonly tenant?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `admit dead …` */
export function addDeadCommands(program: Command): void {
  const dead = withExitCodes(program.command('dead').description('what could not be handled: look at it, send it once more, or let it be'));
  dead
    .command('ls')
    .description('list the letters nobody has ended; exit code 1 when there are any')
    .option('--stream <stream>', 'only what lay on this stream: COMMANDS or MINTS')
    .option('--tenant <tenant>', "only this tenant's")
    .option('--all', 'also those that were redriven or dropped')
    .option('--json', 'as JSON')
    .action(list);
  dead
    .command('show')
    .argument('<letter>', 'its number, as ls shows it', letterIn)
    .description('show one letter with everything that is known of it, its original included')
    .option('--json', 'as JSON')
    .action(show);
  dead
    .command('redrive')
    .argument('[letters...]', 'their numbers', (text: string, before: readonly number[] = []) => [...before, letterIn(text)])
    .description('send originals once more, as after a repair; what was done already is not done again. Exit code 1 when one is refused')
    .option('--all', 'every letter that nobody has ended')
    .option('--stream <stream>', 'of these, only what lay on this stream')
    .option('--tenant <tenant>', "of these, only this tenant's")
    .action(redrive);
  dead
    .command('drop')
    .argument('<letter>', 'its number', letterIn)
    .description('end a letter without doing anything; it stays on DEAD, with the reason')
    .requiredOption('--reason <text>', 'why it is not to be handled')
    .action(drop);
}

async function list(which: Which): Promise<void> {
  await withBox(async (box) => {
    const letters = (await box.list({ closed: which.all === true })).filter(chosenBy(which));
    if (which.json === true) say(JSON.stringify(letters));
    else say(letters.length === 0 ? 'nothing is dead' : tableOf(letters));
    return letters.some(({ closed }) => closed === undefined) ? EXIT.findings : EXIT.ok;
  });
}

async function show(sequence: number, { json }: Which): Promise<void> {
  await withBox(async (box) => {
    const letter = await box.letter(sequence);
    if (letter === undefined) return complain(`there is no letter ${sequence}; admit dead ls lists them`);
    say(json === true ? JSON.stringify(letter) : detailsOf(letter));
    return EXIT.ok;
  });
}

async function redrive(sequences: readonly number[] = [], which: Which = {}): Promise<void> {
  if (sequences.length > 0 === (which.all === true)) {
    process.exitCode = complain('name the letters, or say --all');
    return;
  }
  await withBox(async (box, redriving) => {
    const letters = which.all === true ? await box.list({ closed: false }) : await lettersOf(box, sequences);
    if (letters === undefined) return EXIT.failed;
    const chosen = letters.filter(chosenBy(which));
    if (chosen.length === 0) say('nothing is to be sent again');
    let refused = false;
    for (const letter of chosen) {
      const { outcome, note }: Redriven = await redriving.run(letter);
      refused ||= outcome === 'refused';
      say(`${letter.letter}  ${outcome === 'redriven' ? 'redriven as' : outcome}  ${note}`);
    }
    return refused ? EXIT.findings : EXIT.ok;
  });
}

async function lettersOf(box: DeadLetterQueue, sequences: readonly number[]): Promise<readonly DeadLetterEntry[] | undefined> {
  const letters: DeadLetterEntry[] = [];
  for (const sequence of sequences) {
    const letter = await box.letter(sequence);
    if (letter === undefined) complain(`there is no letter ${sequence}; nothing was sent`);
    else letters.push(letter);
  }
  return letters.length === sequences.length ? letters : undefined;
}

async function drop(sequence: number, { reason }: { readonly reason: string }): Promise<void> {
  await withBox(async (box) => {
    const letter = await box.letter(sequence);
    if (letter === undefined) return complain(`there is no letter ${sequence}; admit dead ls lists them`);
    if (letter.closed === undefined && (await box.close(sequence, { how: 'dropped', note: reason }))) say(`${sequence}  dropped`);
    else {
      const { closed = letter.closed } = (await box.letter(sequence)) ?? letter;
      say(`${sequence}  closed  ${closed?.how} already: ${closed?.note}`);
    }
    return EXIT.ok;
  });
}

async function withBox(work: (box: DeadLetterQueue, redriving: Redrive) => Promise<number>): Promise<void> {
  process.exitCode = EXIT.failed; // until it is known better
  process.exitCode = await asOperator(readEnvironment(), async (connection) => {
    const box = await DeadLetterQueue.on(connection);
    return work(box, await Redrive.on(connection, box));
  });
}

const chosenBy =
  ({ stream, tenant }: Which) =>
  (letter: DeadLetterEntry): boolean =>
    (stream === undefined || letter.stream === stream) && (tenant === undefined || tenantOf(letter) === tenant);

/** Subjects have the tenant as their second token; commands have the bucket before it. */
const tenantOf = ({ subject }: DeadLetterEntry): string => subject.split('.')[subject.startsWith('cmd.') ? 2 : 1] ?? '?';

function tableOf(letters: readonly DeadLetterEntry[]): string {
  const table = tableWith(['letter', 'buried', 'stream', 'tenant', 'subject', 'tries', 'reason', 'ended']);
  for (const each of letters) {
    const { letter, buriedAt, stream, subject, deliveries, reason, closed } = each;
    const short = reason.length > REASON_LETTERS ? `${reason.slice(0, REASON_LETTERS)}…` : reason;
    table.push([letter, buriedAt, stream, tenantOf(each), subject, deliveries, harmless(short), closed?.how ?? '']);
  }
  return table.toString();
}

function detailsOf({
  letter,
  buriedAt,
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
    letter,
    buried: buriedAt,
    stream: `${stream} ${sequence}, stored ${storedAt}`,
    subject,
    tries: deliveries,
    reason,
    ended,
    headers: headers === undefined ? 'not kept' : JSON.stringify(headers),
  }).map(([name, value]) => `${name.padEnd(8)} ${value}`);
  return harmless([...facts, '', Buffer.from(original, 'base64').toString('utf8')].join('\n'));
}

function letterIn(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError('A letter is named by its number, as admit dead ls shows it.');
  return Number(text);
}

function complain(text: string): number {
  process.stderr.write(`${text}\n`);
  return EXIT.failed;
}
