import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { unmatchedEvents } from '#shared/platform/lookups/unmatched-events.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { asOperator, say, withExitCodes } from '../operator.js';
import { harmless, tableWith } from '../table.js';

/** Stripe retries an event for three days. A payment still unknown after one day is listed, so that an operator has time. */
const USUAL_HOURS = 24;
const MS_PER_HOUR = 3_600_000;

/** `admit payments …` */
export function addPaymentsCommands(program: Command): void {
  const payments = program.command('payments').description('what payment providers report');
  withExitCodes(payments.command('unmatched'))
    .description('list the events of refunds and disputes whose payment is not known; exit code 1 when there are some')
    .option('--hours <hours>', 'only those that are so old', readHours, USUAL_HOURS)
    .option('--json', 'one JSON object a line')
    .action(listUnmatched);
}

async function listUnmatched({ hours, json }: { readonly hours: number; readonly json?: boolean }): Promise<void> {
  await asOperator(readEnvironment(), async (connection) => {
    const table = tableWith(['tenant', 'event', 'type', 'payment', 'created']);
    let found = 0;
    for await (const { tenant, event, type, payment, createdAt } of unmatchedEvents(connection)) {
      if (Date.now() - createdAt < hours * MS_PER_HOUR) continue;
      found += 1;
      const row = { tenant, event, type, payment, created: new Date(createdAt).toISOString() };
      if (json === true) say(JSON.stringify(row));
      else table.push(Object.values(row).map(harmless));
    }
    if (json !== true) say(found === 0 ? 'every event found its payment' : table.toString());
    if (found > 0) process.exitCode = EXIT.findings;
  });
}

function readHours(text: string): number {
  const hours = Number(text);
  if (text.trim() === '' || !(hours >= 0)) throw new InvalidArgumentError('A number of hours, 0 or more.');
  return hours;
}
