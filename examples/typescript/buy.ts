// Sells tickets of one sale over NATS and over HTTP, and reads the ledger. Settings: `. .admit/stack.env`.
import { AdmitClient, LedgerClient, type Order, type Outcome } from '@admit-one/client';

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run ". .admit/stack.env" first`);
  return value;
};
const tenant = setting('ADMIT_TENANT');
const sale = process.env.SALE ?? `example-${Date.now()}`;
const server = { servers: setting('NATS_URL'), user: setting('NATS_USER'), pass: setting('NATS_PASSWORD') };
const http = { url: setting('HTTP_URL'), apiKey: setting('ADMIT_API_KEY') };

const overNats = await AdmitClient.overNats(server, { tenant });
const overHttp = AdmitClient.overHttp(http, { tenant });

/** The value of an outcome; a refusal is a normal result, and an unknown one is asked again with the same intent. */
function decided<T>(outcome: Outcome<T>): T {
  if (outcome.outcome === 'done') return outcome.value;
  throw new Error(outcome.outcome === 'refused' ? outcome.problem.code : `no answer yet, repeat with key ${outcome.key}`);
}
const shown = (order: Order): string => `${order.order} ${order.status} ${order.tickets.map(({ unit }) => unit).join(' ')}`;

decided(
  await overNats.openSale(
    {
      sale,
      name: 'Example',
      units: { rows: [{ row: 'A', from: 1, to: 10 }] },
      price: { amount: '5000', currency: 'EUR' },
      payment: 'none',
      mint: 'on-request',
    },
    { intent: 'open' },
  ),
);

const first = decided(await overNats.placeOrder({ sale, buyer: 'b-1', units: ['A-1'] }, { intent: 'cart-1' }));
process.stdout.write(`over NATS: ${shown(first)}\n`);
const second = decided(await overHttp.placeOrder({ sale, buyer: 'b-2', units: ['A-2', 'A-3'] }, { intent: 'cart-2' }));
process.stdout.write(`over HTTP: ${shown(second)}\n`);

const again = await overHttp.placeOrder({ sale, buyer: 'b-2', units: ['A-2', 'A-3'] }, { intent: 'cart-2' });
process.stdout.write(`the same intent again: ${shown(decided(again))} replayed ${again.outcome === 'done' && again.replayed}\n`);

const taken = await overNats.placeOrder({ sale, buyer: 'b-3', units: ['A-1'] }, { intent: 'cart-3' });
process.stdout.write(`a taken seat: ${taken.outcome === 'refused' ? taken.problem.code : taken.outcome}\n`);

const { units } = decided(await overHttp.sale({ sale }));
process.stdout.write(`sold ${units.sold} of ${units.opened}\n`);

// Follows for ever, and resumes after a cursor that is stored with what was made of an event; here the first of the sale is enough.
for await (const { source, type, cursor } of overNats.events()) {
  if (source !== `/${tenant}/sale/${sale}`) continue;
  process.stdout.write(`event: ${type}, resume after ${cursor}\n`);
  break;
}

if (process.env.LEDGER_URL !== undefined) {
  const ledger = new LedgerClient({ url: process.env.LEDGER_URL, apiKey: http.apiKey });
  for await (const balance of ledger.all('balances', { sale }))
    process.stdout.write(`ledger: ${balance.account} ${balance.amount} ${balance.unitOfAccount}\n`);
}
await Promise.all([overNats.close(), overHttp.close()]);
