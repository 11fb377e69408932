import type { Command } from 'commander';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { asOperator } from '../operator.js';

const ASK_TIMEOUT_MS = 10_000;

interface RefundDue {
  readonly payment: string;
  readonly order: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
  readonly receivedAt: string;
}

interface Problem extends Omit<RefundDue, 'receivedAt'> {
  readonly reportedAt: string;
}

interface Page {
  readonly refundsDue: readonly RefundDue[];
  readonly problems: readonly Problem[];
  readonly next?: string;
}

/** `admit refunds …` */
export function addRefundsCommand(program: Command): void {
  program
    .command('refunds <tenant> <sale>')
    .description('list the money of a sale that has to go back, and why')
    .option('--json', 'print the list as JSON')
    .action(listRefunds);
}

/** Refunds due and payment reports that do not match, one a line; exit code 0 also when there are none. */
async function listRefunds(tenant: string, sale: string, { json }: { readonly json?: boolean }): Promise<void> {
  await asOperator(readEnvironment(), async (connection) => {
    const refundsDue: RefundDue[] = [];
    const problems: Problem[] = [];
    let cursor: string | undefined;
    do {
      const request = JSON.stringify({ sale, cursor });
      const answer = await connection.request(`admit.${tenant}.sale.refunds-due`, request, { timeout: ASK_TIMEOUT_MS });
      if (answer.headers?.get('Admit-Status') !== '200')
        throw new Error(`${tenant}/${sale}: ${answer.headers?.get('Nats-Service-Error') || answer.string()}`);
      const page = answer.json<Page>();
      refundsDue.push(...page.refundsDue);
      problems.push(...page.problems);
      cursor = page.next;
    } while (cursor !== undefined);
    process.stdout.write(json === true ? `${JSON.stringify({ refundsDue, problems })}\n` : lines(refundsDue, problems));
  });
}

function lines(refundsDue: readonly RefundDue[], problems: readonly Problem[]): string {
  const due = refundsDue.map((one) => line(one.receivedAt, one));
  const wrong = problems.map((one) => line(one.reportedAt, one));
  return [
    ...(due.length === 0 ? ['no refund is due\n'] : due),
    ...(wrong.length === 0 ? [] : ['\nreports of payments that do not fit, and change no order:\n', ...wrong]),
  ].join('');
}

const line = (at: string, { payment, order, amount, currency, reason }: Omit<RefundDue, 'receivedAt'>): string =>
  `${at}  ${payment}  ${order}  ${amount} ${currency} (minor units)  ${reason}\n`;
