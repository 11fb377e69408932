import { readEnvironment } from '#shared/platform/environment.js';
import { asOperator } from './operator.js';

const ASK_TIMEOUT_MS = 10_000;

interface Owed {
  readonly payment: string;
  readonly order: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
  readonly receivedAt: string;
}

/** `admit refunds <tenant> <sale>`: money that has to go back, a line each; exit code 0 also when there is none. */
export async function listRefunds(tenant: string, sale: string, { json }: { readonly json?: boolean }): Promise<void> {
  await asOperator(readEnvironment(), async (connection) => {
    const answer = await connection.request(`admit.${tenant}.sale.owed`, JSON.stringify({ sale }), { timeout: ASK_TIMEOUT_MS });
    if (answer.headers?.get('Admit-Status') !== '200')
      throw new Error(`${tenant}/${sale}: ${answer.headers?.get('Nats-Service-Error') || answer.string()}`);
    const { owed } = answer.json<{ readonly owed: readonly Owed[] }>();
    process.stdout.write(json === true ? `${JSON.stringify(owed)}\n` : lines(owed));
  });
}

function lines(owed: readonly Owed[]): string {
  if (owed.length === 0) return 'nothing is owed\n';
  return owed
    .map(
      ({ receivedAt, payment, order, amount, currency, reason }) =>
        `${receivedAt}  ${payment}  ${order}  ${amount} ${currency} (minor units)  ${reason}\n`,
    )
    .join('');
}
