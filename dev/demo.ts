import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Keypair } from '@solana/web3.js';
import pg from 'pg';
import { admit } from './demo-admit.js';
import { type DemoAnswer, DemoCaller } from './demo-caller.js';
import { startPaymentProvider } from './payments/provider.js';
import { homeFolder } from './processes/project.js';
import { waitFor } from './processes/wait.js';
import type { Stack } from './stack/stack.js';
import type { Settings } from './stack/wiring.js';

const MINTED_MS = 90_000; // Solana's finality takes 13 s; the rest is a margin for a busy machine
const PAID_MS = 20_000;
const LEDGER_MS = 30_000;
const WEBHOOK_COPIES = 3; // providers resend when a response is lost
const PRICE_MINOR = '5000';
const LABEL_WIDTH = 28;
/** Characters kept of a URI's end where it is shortened. */
const METADATA_TAIL = 16;
const SEATS = ['A-1', 'A-2', 'A-3'];

interface Placed {
  readonly order: string;
  readonly total: { readonly amount: string; readonly currency: string };
}

interface TicketShown {
  readonly ticket: string;
  readonly unit: string;
  readonly status: string;
  readonly asset?: string;
  readonly slot?: string;
}

interface Proof {
  readonly record: { readonly document: string };
  readonly metadata: { readonly uri: string };
}

/** What `npm start` shows once everything runs: a sale from opening to the proof that nothing was sold or minted twice. */
export async function runDemo(settings: Settings, stack: Stack): Promise<void> {
  const sale = `gala-${new Date().toISOString().slice(2, 19).replace(/[-T:]/g, '')}`;
  const caller = await DemoCaller.connect(settings);
  try {
    say('');
    const orders = await sell(caller, sale);
    await pay(caller, settings, sale, orders);
    const [ticket = ''] = await mint(caller, sale, orders);
    await ledger(stack, caller.tenant, sale);
    await prove(caller, settings, sale, ticket);
    await replay(stack);
    say('');
  } finally {
    await caller.close();
  }
}

async function sell(caller: DemoCaller, sale: string): Promise<readonly Placed[]> {
  const price = { amount: PRICE_MINOR, currency: 'EUR' };
  const opened = await caller.ask(
    'sale.open',
    { sale, name: 'Gala night', units: { seats: SEATS }, price, payment: 'webhook' },
    `open-${sale}`,
  );
  expectStatus(opened, 201);
  line('a sale opens', `${sale}: seats ${SEATS.join(' ')}, 50.00 EUR each`);
  const wallet = (): string => Keypair.generate().publicKey.toBase58();
  const race = ['anna', 'ben'].map((buyer) =>
    caller.ask('order.place', { sale, buyer, units: ['A-1'], wallet: wallet() }, `${sale}-${buyer}`),
  );
  const [anna, ben] = await Promise.all(race);
  line('two buyers race for A-1', `anna ${outcome(anna)}   ben ${outcome(ben)}`);
  const body = { sale, buyer: 'carla', units: ['A-2', 'A-3'], wallet: wallet() };
  const carla = await caller.ask('order.place', body, `${sale}-carla`);
  expectStatus(carla, 201);
  line('one order of two seats', `carla ${outcome(carla)}`);
  const again = await caller.ask('order.place', body, `${sale}-carla`);
  const same = again.text === carla.text ? 'the same' : 'OTHER';
  line('the same request again', `${outcome(again)}, ${same} ${again.text.length} bytes, Idempotent-Replayed: ${again.replayed}`);
  const other = await caller.ask('order.place', { ...body, units: ['A-1'] }, `${sale}-carla`);
  line('the same key, other seats', `${outcome(other)} at ${other.pointers.join(' ')}`);
  const placed = [anna, ben, carla]
    .filter((answer): answer is DemoAnswer => answer?.status === 201)
    .map(({ body: order }) => order as unknown as Placed);
  if (placed.length !== 2 || again.text !== carla.text || other.status !== 422) {
    throw new Error('The demo did not see what it must: one winner, the same bytes, 422.');
  }
  return placed;
}

/** The provider reports every payment three times. */
async function pay(caller: DemoCaller, settings: Settings, sale: string, orders: readonly Placed[]): Promise<void> {
  const { HTTP_URL = '', ADMIT_WEBHOOK_SECRET: secret = '' } = settings;
  const provider = await startPaymentProvider({ webhookUrl: `${HTTP_URL}/v1/webhooks/payments`, secret });
  try {
    for (const { order, total } of orders) {
      provider.pay({ tenant: caller.tenant, sale, order, payment: `pay-${order}`, ...total }, { copies: WEBHOOK_COPIES });
    }
    const confirmed = async (): Promise<boolean> => {
      const answer = await Promise.all(orders.map(({ order }) => caller.ask('order.get', { sale, order })));
      return answer.every(({ body: { status } }) => status === 'confirmed');
    };
    await waitFor(confirmed, { what: 'Every order is paid', timeoutMs: PAID_MS });
    line('paid, by webhook', `${orders.length} payments, each reported ${WEBHOOK_COPIES} times: ${orders.length} orders confirmed, once`);
  } finally {
    await provider.stop();
  }
}

/** Waits until every ticket's asset is finalized on the chain and read back. @returns the tickets by seat */
async function mint(caller: DemoCaller, sale: string, orders: readonly Placed[]): Promise<readonly string[]> {
  const began = performance.now();
  let tickets: readonly TicketShown[] = [];
  const allMinted = async (): Promise<boolean> => {
    const answer = await Promise.all(orders.map(({ order }) => caller.ask('order.get', { sale, order })));
    tickets = answer.flatMap(({ body }) => body.tickets as TicketShown[]);
    return tickets.every(({ status }) => status === 'minted');
  };
  progress('minting', 'signed, logged, sent; waiting for finality (13 s on Solana)');
  await waitFor(allMinted, { what: 'Every ticket is minted', timeoutMs: MINTED_MS });
  line('minted and finalized', `${tickets.length} assets in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  const sorted = [...tickets].sort((left, right) => (left.unit < right.unit ? -1 : 1));
  for (const { unit, asset, slot } of sorted) line('', `${unit}  ${asset}  slot ${slot}`);
  return sorted.map(({ ticket }) => ticket);
}

async function ledger(stack: Stack, tenant: string, sale: string): Promise<void> {
  const client = new pg.Client({ connectionString: stack.settingsOf('ledger').DATABASE_READER_URL });
  await client.connect();
  try {
    await client.query(`select set_config('app.tenant', $1, false)`, [tenant]);
    const balance = async (): Promise<ReadonlyMap<string, bigint>> => {
      const { rows } = await client.query<{ account: string; amount: string }>(
        'select account, amount from ledger.account_balance where sale = $1',
        [sale],
      );
      return new Map(rows.map(({ account, amount }) => [account, BigInt(amount)]));
    };
    await waitFor(async () => (await balance()).get('minted') === BigInt(SEATS.length), {
      what: 'The ledger shows every ticket minted',
      timeoutMs: LEDGER_MS,
    });
    const has = await balance();
    const of = (account: string): bigint => has.get(account) ?? 0n;
    line(
      'the ledger balances',
      `opened ${of('opened')} = available ${of('available')} + held ${of('held')} + sold ${of('sold')}; minted ${of('minted')}; revenue ${euros(of('revenue'))}`,
    );
    if (of('opened') !== of('available') + of('held') + of('sold')) throw new Error('The ledger does not balance.');
  } finally {
    await client.end();
  }
}

/** Runs `admit replay` as an operator does: rebuilds the ledger from the first event and compares it with the live one. */
async function replay(stack: Stack): Promise<void> {
  line('replay from the first event', await admit(['replay'], stack.settingsOf('operator')));
}

/** Verifies a receipt as a buyer does: against the chain, with an RPC node and without the service. */
async function prove(caller: DemoCaller, settings: Settings, sale: string, ticket: string): Promise<void> {
  const receipt = await caller.ask('ticket.receipt', { sale, ticket });
  expectStatus(receipt, 200);
  const file = join(homeFolder(), 'receipt.json');
  writeFileSync(file, receipt.text);
  const verdict = await admit(['receipt', 'verify', file, '--rpc-url', settings.SOLANA_RPC_URL ?? ''], {});
  line('the buyer’s receipt', verdict.split(',')[0] ?? '');
  line('', `admit receipt verify ${relative(process.cwd(), file)}`);
  const { record, metadata } = receipt.body as unknown as Proof;
  if (!metadata.uri.startsWith('http')) return; // on a public chain the URI points to the operator's host
  const document = await (await fetch(metadata.uri)).text();
  const same = createHash('sha256').update(document).digest('hex') === record.document;
  line('the metadata document', `${metadata.uri.slice(0, -METADATA_TAIL)}…, ${same ? 'as planned' : 'OTHER'}`);
  if (!same) throw new Error(`The document at ${metadata.uri} is not what was planned.`);
}

const euros = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')} EUR`;
const outcome = (answer: DemoAnswer | undefined): string =>
  answer === undefined
    ? 'nothing'
    : `${answer.status}${answer.code === undefined ? ` ${String(answer.body.order).slice(0, 12)}…` : ` ${answer.code}`}`;

function expectStatus(answer: DemoAnswer, status: number): void {
  if (answer.status !== status) throw new Error(`The demo expected ${status} and heard ${answer.status}: ${answer.text}`);
}

function line(label: string, text: string): void {
  say(`  ${label.padEnd(LABEL_WIDTH)}${text}`);
}

function progress(label: string, text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`  ${label.padEnd(LABEL_WIDTH)}${text}\r`);
}

function say(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? '\u001b[2K' : ''}${text}\n`);
}
