import { Keypair } from '@solana/web3.js';
import { memoOf } from '#shared/domain/mint/ticket-record.js';
import { Receipt } from '#shared/platform/receipt.js';
import { logMint, type Minted, SIGNATURE } from '../stages/logged-mint.js';
import { Shop } from '../stages/shop.js';

const wallet = Keypair.generate().publicKey.toBase58();

const shop = Shop.forTests('receipts');

async function sold(sale: string): Promise<Minted> {
  await shop.demoWeb.open(sale, { seats: ['A-1'] });
  const { body } = await shop.demoWeb.place(sale, { units: ['A-1'], wallet });
  const [{ ticket }] = body.tickets as [{ ticket: string }];
  return { tenant: 'demo', sale, order: body.order, ticket, unit: 'A-1', wallet } as Minted;
}
const pathOf = ({ ticket, sale }: Pick<Minted, 'ticket' | 'sale'>): string => `/v1/tickets/${ticket}/receipt?sale=${sale}`;

describe('the receipt of a ticket', () => {
  it('holds the record, the salt and all that it takes to find the asset; the same over HTTP and NATS', async () => {
    const ticket = await sold('minted');
    const plan = await logMint(shop.log.admin, ticket);
    const answer = await shop.demoWeb.get(pathOf(ticket));
    expect([answer.status, answer.headers.get('ETag')]).toEqual([200, `"${plan.memo}"`]);
    const receipt = Receipt.parse(answer.body);
    const { asset, base, seed, program, name, symbol, uri, salt, memo, genesisHash, document } = plan;
    expect(receipt).toEqual({
      record: { ...ticket, asset, document },
      ...{ salt, memo, signature: SIGNATURE, genesisHash },
      address: { base, seed, program },
      metadata: { name, symbol, uri },
    });
    expect(memoOf(receipt.record, receipt.salt)).toBe(memo);
    expect(await shop.demo.ask('ticket.receipt', { sale: 'minted', ticket: ticket.ticket })).toMatchObject({
      status: 200,
      text: answer.text,
    });
    expect((await shop.demoWeb.get(pathOf(ticket), { 'If-None-Match': `"${plan.memo}"` })).status).toBe(304);
  });

  it('names the leaf of a compressed ticket with the address that wallets show, like the ticket and its order', async () => {
    const ticket = await sold('compressed');
    const leaf = { tree: 'a tree', index: 7, asset: 'what wallets show' };
    const compressed = { collection: 'a collection' };
    const { asset } = await logMint(shop.log.admin, ticket, { over: { compressed }, minted: { leaf } });
    expect((await shop.demoWeb.get(pathOf(ticket))).body.leaf).toEqual({ ...leaf, ...compressed });
    const view = { status: 'minted', asset, leaf };
    expect(await shop.demoWeb.get(`/v1/tickets/${ticket.ticket}?sale=compressed`)).toMatchObject({ status: 200, body: view });
    expect(await shop.demo.ask('ticket.get', { sale: 'compressed', ticket: ticket.ticket })).toMatchObject({ status: 200, body: view });
    const order = await shop.demo.ask('order.get', { sale: 'compressed', order: ticket.order });
    expect(order).toMatchObject({ status: 200, body: { tickets: [view] } });
  });

  it('names the key that may burn a revocable ticket', async () => {
    const ticket = await sold('revocable');
    await logMint(shop.log.admin, ticket, { over: { delegate: 'a delegate' } });
    expect((await shop.demoWeb.get(pathOf(ticket))).body.delegate).toBe('a delegate');
  });

  it('is absent before the ticket is minted, with that reason', async () => {
    const ticket = await sold('early');
    expect(await shop.demoWeb.get(pathOf(ticket))).toMatchObject({ status: 409, body: { code: 'ticket-not-minted' } });
    await logMint(shop.log.admin, ticket, { upTo: 2 });
    expect(await shop.demoWeb.get(pathOf(ticket))).toMatchObject({ status: 409, body: { code: 'ticket-not-minted' } });
    const over = await shop.demo.ask('ticket.receipt', { sale: 'early', ticket: ticket.ticket });
    expect(over).toMatchObject({ status: 409, body: { code: 'ticket-not-minted' } });
  });

  it('is absent for a ticket minted before there were receipts, with that reason', async () => {
    const ticket = await sold('old');
    await logMint(shop.log.admin, ticket, { over: { salt: undefined, memo: undefined, document: undefined } });
    expect(await shop.demoWeb.get(pathOf(ticket))).toMatchObject({ status: 404, body: { code: 'receipt-unknown' } });
  });

  it('omits what an older plan lacks', async () => {
    const ticket = await sold('older');
    await logMint(shop.log.admin, ticket, { over: { document: undefined } });
    const { body } = await shop.demoWeb.get(pathOf(ticket));
    expect([Object.keys(body.record as object).sort(), body.memo]).toEqual([
      ['asset', 'order', 'sale', 'tenant', 'ticket', 'unit', 'wallet'],
      expect.any(String),
    ]);
  });

  it('[L8] is not there for another tenant, as if nothing were', async () => {
    const ticket = await sold('own');
    await logMint(shop.log.admin, ticket);
    const theirs = await shop.acmeWeb.get(pathOf(ticket));
    const nothing = await shop.acmeWeb.get(pathOf({ ...ticket, sale: 'nowhere' }));
    expect([theirs.status, theirs.text]).toEqual([404, nothing.text]);
    expect(await shop.demoWeb.get(pathOf({ ...ticket, ticket: `tkt_${'a'.repeat(26)}` as never }))).toMatchObject({
      status: 404,
      body: { code: 'ticket-unknown' },
    });
    expect(await shop.demoWeb.get(`/v1/tickets/${ticket.ticket}/receipt`)).toMatchObject({ status: 400, body: { code: 'body-invalid' } });
  });
});
