import { randomUUID } from 'node:crypto';
import { connect, headers } from '@nats-io/transport-node';

/**
 * Keeps a number of orders of one tenant in flight over NATS until its standard input ends. A separate process, as a tenant's back end is.
 * `node order-flood.js <servers> <user> <password> <in flight> <sale>…` prints `flooding` after the first answers, and its results at the
 * end.
 */
const [servers = '', user = '', pass = '', inFlight = '0', ...sales] = process.argv.slice(2);
const FIRST_ANSWERS = 100;
const TIMEOUT_MS = 30_000;
const connection = await connect({ servers, user, pass, inboxPrefix: `_INBOX.${user}` });
const answer: Record<string, number> = {};
let answers = 0;
let isEnding = false;

async function place(body: object): Promise<string> {
  const head = headers();
  head.set('Idempotency-Key', randomUUID());
  try {
    const message = await connection.request(`admit.${user}.order.place`, JSON.stringify(body), { timeout: TIMEOUT_MS, headers: head });
    return message.headers?.get('Admit-Status') ?? 'none';
  } catch (thrown) {
    return (thrown as Error).name;
  }
}

async function keepAsking(worker: number): Promise<void> {
  const sale = sales[worker % sales.length];
  for (let order = 0; !isEnding; order += 1) {
    const status = await place({ sale, buyer: `f-${worker}-${order}`, quantity: 1 });
    answer[status] = (answer[status] ?? 0) + 1;
    answers += 1;
    if (answers === FIRST_ANSWERS) process.stdout.write('flooding\n');
  }
}

process.stdin.resume();
process.stdin.on('end', () => {
  isEnding = true;
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
});
for (let worker = 0; worker < Number(inFlight); worker += 1) void keepAsking(worker);
