import { Keypair } from '@solana/web3.js';
import { MAX_TICKETS_PER_REQUEST, MAX_UNITS_PER_ORDER } from '#shared/domain/values.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { HttpHeard } from '../harness/http-caller.js';
import { Shop } from '../stages/shop.js';

const ROWS = 7;
const wallet = Keypair.generate().publicKey.toBase58();

const shop = Shop.forTests('bulk');
beforeAll(async () => {
  const rows = Array.from({ length: ROWS }, (_, row) => ({ row: `R${row}`, from: 1, to: MAX_UNITS_PER_ORDER }));
  await shop.demoWeb.open('bulk', { rows }, { maxPerBuyer: 1_000 });
});

const rowOf = (row: number): string[] => Array.from({ length: MAX_UNITS_PER_ORDER }, (_, seat) => `R${row}-${seat + 1}`);
const ticketsOf = ({ body }: HttpHeard): string[] => (body.tickets as readonly { readonly ticket: string }[]).map(({ ticket }) => ticket);
const mint = (tickets: readonly string[], key?: string): Promise<HttpHeard> =>
  shop.demoWeb.post('/v1/mints', { sale: 'bulk', tickets, wallet }, key);
const mintsAsked = async (): Promise<number> => (await shop.log.lastSequences()).MINTS ?? 0;
const sold = async (): Promise<unknown> => ((await shop.demoWeb.get('/v1/sales/bulk')).body.units as { readonly sold: number }).sold;

it('sells an order of 100 seats completely, or not at all if one of them is taken', async () => {
  await shop.demoWeb.place('bulk', { units: ['R6-50'] });
  const refused = await shop.demoWeb.place('bulk', { units: rowOf(6) });
  expect(refused).toMatchObject({ status: 409, body: { code: 'unit-taken', errors: [{ pointer: '/units/49' }] } });
  expect([refused.body.errors?.length, await sold()]).toEqual([1, 1]);
  const whole = await shop.demoWeb.place('bulk', { units: rowOf(0) });
  expect([whole.status, new Set(ticketsOf(whole)).size, await sold()]).toEqual([201, MAX_UNITS_PER_ORDER, MAX_UNITS_PER_ORDER + 1]);
  const more = await shop.demoWeb.place('bulk', { units: [...rowOf(1), 'R2-1'] });
  expect(more).toMatchObject({ status: 400, body: { code: 'body-invalid', errors: [{ pointer: '/units' }] } });
});

it('takes a request for 500 mints whole, with a status for each ticket, or nothing of it', async () => {
  const orders = await Promise.all([1, 2, 3, 4, 5].map((row) => shop.demoWeb.place('bulk', { units: rowOf(row) })));
  const tickets = orders.flatMap(ticketsOf);
  expect(new Set(tickets).size).toBe(MAX_TICKETS_PER_REQUEST);
  const before = await mintsAsked();
  const stranger = `tkt_${'a'.repeat(26)}`;
  const unknown = await mint([...tickets.slice(1), stranger]);
  expect(unknown).toMatchObject({ status: 409, body: { code: 'ticket-unknown', errors: [{ pointer: '/tickets/499' }] } });
  const tooMany = await mint([...tickets, stranger]);
  expect(tooMany).toMatchObject({ status: 400, body: { code: 'body-invalid', errors: [{ pointer: '/tickets' }] } });
  expect((await shop.demoWeb.get(`/v1/tickets/${tickets[1]}?sale=bulk`)).body.status).toBe('sold');

  const asked = await mint(tickets, 'all');
  expect([asked.status, ticketsOf(asked)]).toEqual([200, tickets]);
  expect(new Set((asked.body.tickets as readonly { readonly status: string }[]).map(({ status }) => status))).toEqual(new Set(['minting']));
  expect(await mint(tickets, 'all')).toMatchObject({ status: 200, replayed: true, text: asked.text });
  await waitFor(async () => (await mintsAsked()) >= before + MAX_TICKETS_PER_REQUEST, {
    what: 'every mint is asked for',
    timeoutMs: 60_000,
  });
  await mint([...tickets].reverse(), 'again');
  expect(await mintsAsked()).toBe(before + MAX_TICKETS_PER_REQUEST);
});
