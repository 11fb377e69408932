#!/usr/bin/env node
// 2,000 buyers rush a theatre of 1,200 places, over NATS and HTTP: best places next to each other, a discount code, retries, a change of the prices,
// parts of orders that end before and after their payment. At the end everything must add up: sale, units, ledger and replay.
//
//   npm start                                          in one terminal
//   . .admit/stack.env && node examples/theatre.mjs    in another
import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Caller, eachOf } from './caller.mjs';
import { CODE, CURRENCY, opening, PLACES, raisedPrices, wanted } from './hall.mjs';
import { Seller } from './seller.mjs';

const BUYERS = 2_000;
const AT_ONCE = 64;
const LEDGER_MS = 120_000;
const POLL_MS = 500;
/** Why an order may be refused in this rush. */
const REFUSALS = new Set(['sold-out', 'unit-taken', 'not-adjacent', 'code-used-up']);

const sale = `theatre-${Date.now().toString(36)}`;
const caller = await Caller.connect();
const seller = new Seller(caller, sale);
const say = (what, text) => process.stdout.write(`${what.padEnd(22)} ${text}\n`);

/** @throws where something is not as it must be */
function must(isSo, what) {
  if (!isSo) throw new Error(what);
}

function mustEqual(is, wantedValue, what) {
  const [left, right] = [is, wantedValue].map((value) => JSON.stringify(value));
  must(left === right, `${what}: ${left} instead of ${right}`);
}

async function open() {
  const { status, body } = await caller.post('/v1/sales', opening(sale), `open-${sale}`);
  mustEqual(status, 201, `${sale} opens: ${JSON.stringify(body)}`);
  mustEqual(body.units.opened, PLACES, 'places of the theatre');
  say('a theatre opens', `${sale}: ${PLACES} places in 4 categories, 3 types of tickets`);
}

/** Half of the buyers come over NATS, every third asks twice; in the middle the prices change. */
async function rush() {
  const refused = new Map();
  let copies = 0;
  const numbers = Array.from({ length: BUYERS }, (_, number) => number);
  await eachOf(numbers, AT_ONCE, async (number) => {
    if (number === BUYERS / 4) await seller.change({ prices: raisedPrices(), name: 'The Threepenny Opera, extended' });
    const order = wanted(number);
    const place = () => seller.place(order, `${sale}-${number}`, number % 2 === 0);
    const [answer, copy] = await Promise.all([place(), ...(number % 3 === 0 ? [place()] : [])]);
    if (copy !== undefined) {
      mustEqual(copy.text, answer.text, `the answer to a copy of ${number}`);
      copies += 1;
    }
    if (answer.status === 201) return seller.keep(answer.body, order.code);
    must(answer.status === 409 && REFUSALS.has(answer.body.code), `order ${number} is answered ${answer.status} ${answer.text}`);
    refused.set(answer.body.code, (refused.get(answer.body.code) ?? 0) + 1);
  });
  say('2,000 buyers', `${seller.orders.size} orders, ${copies} copies answered the same, ${caller.retries} sent again`);
  say('refused', [...refused].map(([code, times]) => `${times} ${code}`).join(', '));
}

/** The sale, its units and its code say what the orders say. */
async function checkSale() {
  const live = seller.liveTickets();
  const units = live.map(({ unit }) => unit);
  mustEqual(new Set(units).size, units.length, 'units that are sold once');
  const { body: all } = await caller.get(`/v1/sales/${sale}/units`);
  const taken = all.units.filter(({ state }) => state !== 'available').map(({ unit }) => unit);
  mustEqual(taken.sort(), units.sort(), 'units that are taken');
  mustEqual(all.units.length, PLACES, 'units of the sale');
  const { body: shown } = await caller.get(`/v1/sales/${sale}`);
  mustEqual(shown.units.available, PLACES - units.length, 'places that are free');
  for (const { category, type, held, sold } of shown.prices) {
    const own = live.filter((ticket) => ticket.category === category && ticket.type === type).length;
    mustEqual(held + sold, own, `tickets of ${category}, ${type}`);
  }
  const [code] = shown.codes;
  mustEqual(code.used, seller.usesOfCode(), 'uses of the code');
  must(code.used <= CODE.uses, `the code is used ${code.used} times`);
  say('the sale', `${units.length} places taken, each once; the code used ${code.used} of ${CODE.uses} times`);
  return shown.version;
}

/** Revenue by category and type is the sum of the prices of the tickets that are left, and nothing is owed. */
async function checkLedger(version) {
  const until = performance.now() + LEDGER_MS;
  let answer = await caller.ledger(`/v1/ledger/revenue?sale=${sale}&limit=100`);
  for (; (answer.body.version ?? 0) < version; answer = await caller.ledger(`/v1/ledger/revenue?sale=${sale}&limit=100`)) {
    must(performance.now() < until, `the ledger is at version ${answer.body.version} of ${version}`);
    await pause(POLL_MS);
  }
  const lines = answer.body.revenue.map(({ category = '', type = '', tickets, amount }) => [`${category} ${type}`, tickets, amount]);
  mustEqual(lines.sort(), seller.revenueLines().sort(), 'revenue by category and type');
  const balances = await allBalances();
  const balance = (name) => balances.find((one) => one.account === name && one.unitOfAccount === CURRENCY)?.amount ?? '0';
  const total = lines.reduce((sum, [, , amount]) => sum + BigInt(amount), 0n);
  mustEqual(balance('revenue'), `${total}`, 'the balance of revenue');
  mustEqual(balance('provider'), `${total}`, 'money at the provider');
  mustEqual(balance('refunds-owed'), '0', 'refunds that are owed');
  say('the ledger', `${total} minor units of ${CURRENCY} in ${lines.length} lines, nothing owed`);
}

/** Page after page: every buyer and every order has accounts of its own. */
async function allBalances() {
  const path = `/v1/ledger/balances?sale=${sale}&limit=100`;
  const all = [];
  for (let next = ''; next !== undefined; ) {
    const { body } = await caller.ledger(next === '' ? path : `${path}&cursor=${next}`);
    all.push(...body.balances);
    next = body.next;
  }
  return all;
}

function replay() {
  const { PATH, HOME, ADMIT_HOME } = process.env; // an operator's command: without the settings of the tenant
  const env = { PATH, HOME, ...(ADMIT_HOME !== undefined && { ADMIT_HOME }) };
  const { status, stdout, stderr } = spawnSync('npx', ['admit', 'replay'], { encoding: 'utf8', env });
  must(status === 0, `admit replay ended with ${status}: ${stdout}${stderr}`);
  say('the replay', stdout.trim().split('\n').at(-1));
}

try {
  await open();
  await rush();
  await checkSale();
  await eachOf([...seller.orders.values()], AT_ONCE, (order) => seller.follow(order));
  await seller.payBack();
  say('afterwards', seller.told());
  await checkLedger(await checkSale());
  replay();
  say('everything adds up', '');
} finally {
  await caller.close();
}
