import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Keypair } from '@solana/web3.js';
import { memoOf, recordOf } from '#shared/domain/mint/ticket-record.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { keyHash, orderId, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { MemoryChain } from '../../apps/minter/src/chains/memory.js';
import { planMint } from '../../apps/minter/src/minting/plan-mint.js';
import { mutations } from '../../apps/purchase/src/operations/operations.js';
import type { Command } from '../../apps/purchase/src/requests/command.js';
import { waitFor } from '../../dev/processes/wait.js';
import { recordedIn } from '../harness/recorded.js';
import { commandsSettled, toldOf } from '../stages/crash-stage.js';
import { becomesPending, heldDeciders } from '../stages/held-deciders.js';
import { logMint, type Minted } from '../stages/logged-mint.js';
import { SeenCommands } from '../stages/seen-commands.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('audit-selling');
let seen: SeenCommands;
beforeAll(async () => {
  seen = await SeenCommands.on(shop.log);
});

const wallet = Keypair.generate().publicKey.toBase58();
const ticketsOf = (body: object): string[] => (body as { tickets: { ticket: string }[] }).tickets.map(({ ticket }) => ticket);
const atMints = async (subject: string) => (await jetstreamManager(shop.log.admin)).streams.getMessage('MINTS', { last_by_subj: subject });

it('[minting IK1] [blockchain TP-1] wants a key for every operation that changes anything, and stores nothing without', async () => {
  await shop.demo.open('keyless', { quota: 5 });
  const { body } = await shop.demo.place('keyless', { quantity: 1 });
  const tickets = ticketsOf(body);
  const money = { order: body.order, payment: 'pay-1', amount: '5000', currency: 'EUR' };
  const terms = { name: 'Gala', units: { quota: 5 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' };
  const more: Readonly<Record<string, object>> = {
    'sale.open': terms,
    'order.place': { buyer: 'b-1', quantity: 1 },
    'order.cancel': { order: body.order },
    'order.refund': { order: body.order },
    'payment.confirm': money,
    'payment.fail': money,
    'payment.refunded': money,
    'payment.disputed': { ...money, dispute: 'dp-1', status: 'opened' },
    'ticket.mint': { tickets, wallet },
  };
  expect(mutations().length).toBeGreaterThanOrEqual(9);
  const before = await shop.log.lastSequences();
  for (const { name } of mutations()) {
    const sale = name === 'sale.open' ? 'keyless-too' : 'keyless';
    const response = await shop.demo.ask(name, { sale, ...more[name] });
    expect([name, response.status, response.body.code]).toEqual([name, 400, 'key-missing']);
  }
  expect(await shop.log.lastSequences()).toEqual(before);
});

it('[blockchain TP-4] sells the last seat to exactly one of 500 buyers', async () => {
  await shop.demo.open('last', { seats: ['A-1', 'A-2'] });
  await shop.demo.place('last', { units: ['A-1'] });
  const response = await Promise.all(
    Array.from({ length: 500 }, (_, buyer) =>
      shop.demo.askUntilSettled('order.place', { sale: 'last', buyer: `b-${buyer}`, units: ['A-2'] }, `last-${buyer}`),
    ),
  );
  expect(response.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(response.filter(({ status, body }) => status === 409 && body.code === 'unit-taken')).toHaveLength(499); // an answer, not a breakdown
  expect([...(await toldOf(shop.log, 'last')).units].sort()).toEqual(['A-1', 'A-2']);
});

it('[blockchain SC-8] holds a refusal under its key when the seat is free again; a new key gets it', async () => {
  await shop.demo.open('freed', { seats: ['A-1'] }, { payment: 'webhook' });
  const first = await shop.demo.place('freed', { units: ['A-1'] });
  const refused = await shop.demo.place('freed', { units: ['A-1'], buyer: 'b-2' }, 'too-late');
  expect(refused).toMatchObject({ status: 409, body: { code: 'unit-taken' }, replayed: false });
  await shop.demo.ask('order.cancel', { sale: 'freed', order: first.body.order }, 'cancel');
  const again = await shop.demo.place('freed', { units: ['A-1'], buyer: 'b-2' }, 'too-late');
  expect([again.status, again.text, again.replayed]).toEqual([409, refused.text, true]);
  expect((await shop.demo.place('freed', { units: ['A-1'], buyer: 'b-2' }, 'new')).status).toBe(201);
});

it('[minting AE5] changes no stream with a hundred reads of each kind', async () => {
  await shop.demo.open('read', { quota: 5 });
  const { body } = await shop.demo.place('read', { quantity: 2 });
  const [ticket, minted] = ticketsOf(body);
  await logMint(shop.log.admin, { tenant: 'demo', sale: 'read', order: body.order, ticket: minted, unit: '2', wallet } as Minted);
  await commandsSettled(shop.log);
  const before = await shop.log.lastSequences();
  const reads = [
    ['sale.get', {}],
    ['sale.refunds-due', {}],
    ['order.get', { order: body.order }],
    ['ticket.get', { ticket }],
    ['ticket.receipt', { ticket: minted }],
  ] as const;
  for (const [what, more] of reads) {
    const response = await Promise.all(Array.from({ length: 100 }, () => shop.demo.ask(what, { sale: 'read', ...more })));
    expect([what, new Set(response.map(({ status, text }) => `${status} ${text}`)).size, response[0]?.status]).toEqual([what, 1, 200]);
  }
  expect(await shop.log.lastSequences()).toEqual(before);
});

it('[minting QJ2] keeps one command of many copies in the queue while it is undecided, inside the duplicate window and after it', async () => {
  await shop.demo.open('queued', { quota: 5 });
  const before = await shop.log.lastSequences();
  const release = await heldDeciders(shop.log);
  const copies = Array.from({ length: 5 }, () => shop.demo.place('queued', { quantity: 1 }, 'one'));
  await becomesPending(shop.log, 'one');
  const { subject, data } = seen.last;
  const again = () => jetstream(shop.log.admin).publish(subject, data, { msgID: randomUUID() }); // another message id, because the duplicate window has passed
  await expect(again()).rejects.toMatchObject({ code: 10077 });
  expect((await shop.log.lastSequences()).COMMANDS).toBe((before.COMMANDS ?? 0) + 1);
  await release();
  expect((await Promise.all(copies)).filter(({ status }) => status === 201).length).toBeGreaterThan(0);
  expect((await shop.log.lastSequences()).EVENTS).toBe((before.EVENTS ?? 0) + 1);
  await again(); // it is decided and has left the queue: a duplicate finds its decision
  await commandsSettled(shop.log);
  expect((await shop.log.lastSequences()).EVENTS).toBe((before.EVENTS ?? 0) + 1);
});

it('[minting QJ3] carries the key from the command to the decision, the order, the mint and its memo', async () => {
  await shop.demo.open('walk', { quota: 5 }, { mint: 'on-confirm' });
  const { body } = await shop.demo.ask('order.place', { sale: 'walk', buyer: 'b-1', quantity: 1, wallet }, 'walked');
  const [tenant, sale] = ['demo' as TenantId, 'walk' as SaleId];
  const command = seen.last;
  expect(command.json<Command>().key).toBe('walked');
  const recorded = await recordedIn(shop.log, saleSubject(tenant, sale));
  const decided = recorded.flatMap((event) => (event.type === 'CommandDecided' ? [event.data] : [])).at(-1);
  expect(decided?.key).toBe('walked');
  expect(command.subject.split('.').at(-1)).toBe(decided?.keyHash);
  expect(decided?.keyHash).toBe(keyHash('api', 'walked'));
  expect(body.order).toBe(orderId(tenant, sale, 'walked'));
  const subject = `mint.demo.${ticketsOf(body)[0]}.1`;
  await waitFor(async () => (await atMints(subject)) !== null, { what: 'the mint is asked for', timeoutMs: 60_000 });
  const mint = (await atMints(subject))?.json<Parameters<typeof planMint>[0]>();
  expect(mint?.order).toBe(body.order);
  const plan = planMint(mint!, new MemoryChain(), 'memory', { symbol: 'ADMIT', uriPrefix: 'urn:' });
  expect(plan.memo).toBe(memoOf(recordOf(tenant, sale, { ...plan, order: orderId(tenant, sale, 'walked') }), plan.salt));
});

it("[minting AE3] [blockchain TP-5] shows each ticket's mint status, and the order's recovery points", async () => {
  await shop.demo.open('mixed', { quota: 5 }, { mint: 'on-confirm', payment: 'webhook' });
  const placed = await shop.demo.ask('order.place', { sale: 'mixed', buyer: 'b-1', quantity: 3, wallet }, 'mixed');
  const { order } = placed.body;
  const [minted, failed, open] = ticketsOf(placed.body);
  await shop.demo.ask('payment.confirm', { sale: 'mixed', order, payment: 'pay-1', amount: '15000', currency: 'EUR' }, 'paid');
  const store = await JetStreamEventStore.on(shop.log.admin);
  const facts: readonly (readonly [type: string, data: object])[] = [
    ['MintPlanned', { ticket: minted }],
    ['MintSubmitted', { ticket: minted, attempt: 1 }],
    ['MintCompleted', { ticket: minted, asset: 'asset', signature: 'signature', slot: '7' }],
    ['MintFailed', { ticket: failed, request: 1, reason: 'wallet-invalid' }],
  ];
  const events = facts.map(([type, data]) => ({ type, data, at: Date.now() })) as unknown as Recorded[];
  expect(await store.append(mintSubject('demo', 'mixed'), NO_HEAD, events)).toBeDefined();
  const told = async () => (await shop.demo.ask('order.get', { sale: 'mixed', order })).body as unknown as Told;
  expect((await told()).tickets).toMatchObject([
    { ticket: minted, status: 'minted', asset: 'asset', signature: 'signature' },
    { ticket: failed, status: 'mint-failed' },
    { ticket: open, status: 'minting' },
  ]);
  expect((await told()).points.map(({ point }) => point)).toEqual(['received', 'decided', 'held', 'paid', 'mint-asked']);
});

it('[blockchain TP-5] has a moment for every step of an order, to the asset', async () => {
  await shop.demo.open('steps', { quota: 5 }, { mint: 'on-confirm', payment: 'webhook' });
  const { order, ...body } = (await shop.demo.ask('order.place', { sale: 'steps', buyer: 'b-1', quantity: 1, wallet }, 'steps')).body;
  const [ticket] = ticketsOf(body);
  await shop.demo.ask('payment.confirm', { sale: 'steps', order, payment: 'pay-1', amount: '5000', currency: 'EUR' }, 'paid');
  const completed = { ticket, asset: 'asset', signature: 'signature', slot: '7' };
  const facts = { MintPlanned: { ticket }, MintSubmitted: { ticket, attempt: 1 }, MintCompleted: completed };
  const events = Object.entries(facts).map(([type, data]) => ({ type, data, at: Date.now() })) as unknown as Recorded[];
  await (await JetStreamEventStore.on(shop.log.admin)).append(mintSubject('demo', 'steps'), NO_HEAD, events);
  const { points } = (await shop.demo.ask('order.get', { sale: 'steps', order })).body as unknown as Told;
  expect(points.map(({ point }) => point)).toEqual(['received', 'decided', 'held', 'paid', 'mint-asked', 'submitted', 'minted']);
});

interface Told {
  readonly tickets: readonly object[];
  readonly points: readonly { readonly point: string }[];
}
