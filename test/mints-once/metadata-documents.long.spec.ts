import { Keypair } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { metadataDocument, metadataPath } from '#shared/domain/mint/metadata-document.js';
import type { AssetLinks } from '#shared/domain/sale/assets/asset-terms.js';
import { sha256 } from '#shared/kernel/hash.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { HttpCaller } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { logMint, type Minted, URI_PREFIX } from '../stages/logged-mint.js';
import { Shop } from '../stages/shop.js';

const STARTS_SERVERS_MS = 180_000;
const WAIT_MS = 60_000;
const wallet = Keypair.generate().publicKey.toBase58();
const NAME = 'Die große Gala im März – Abendvorstellung';
const shop = Shop.forTests('metadata-documents');
const ledger = RunningLedger.forTests(shop);

async function planned(sale: string, over: object = {}, links: AssetLinks = {}): Promise<MintPlan> {
  await shop.demoWeb.open(sale, { seats: ['A-1'] }, { name: NAME, mint: 'on-confirm' });
  const { body } = await shop.demo.askUntilSettled('order.place', { sale, buyer: 'b-1', units: ['A-1'], wallet }, `order-${sale}`);
  const [{ ticket }] = body.tickets as [{ ticket: string }];
  const minted = { tenant: 'demo', sale, order: body.order, ticket, unit: 'A-1', wallet } as Minted;
  const plan = await logMint(shop.log.admin, minted, { name: NAME, over, links });
  await ledger.catchesUp();
  return plan;
}
const pathOf = ({ uri }: Pick<MintPlan, 'uri'>): string => `/m/${uri.slice(URI_PREFIX.length)}`;

describe('[blockchain NFT-5] the document of a ticket', () => {
  it('is public at the URI of its asset, permanently, byte for byte as planned', async () => {
    const plan = await planned('gala');
    const answer = await ledger.world.get(pathOf(plan));
    expect([answer.status, sha256(answer.text)]).toEqual([200, plan.document]);
    expect(answer.body).toEqual({
      name: NAME,
      symbol: 'ADMIT',
      collection: { name: NAME, family: 'demo' },
      image: plan.shown?.image,
      properties: { category: 'image', files: [{ uri: plan.shown?.image, type: 'image/svg+xml' }] },
      description: `${NAME}: ticket for A-1`,
      attributes: [
        { trait_type: 'Organiser', value: 'demo' },
        { trait_type: 'Sale', value: 'gala' },
        { trait_type: 'Unit', value: 'A-1' },
        { trait_type: 'Ticket', value: plan.ticket },
      ],
    });
    expect(['Content-Type', 'Cache-Control', 'ETag', 'Access-Control-Allow-Origin'].map((name) => answer.headers.get(name))).toEqual([
      'application/json; charset=utf-8',
      'public, max-age=31536000, immutable',
      `"${plan.document}"`,
      '*',
    ]);
    expect((await ledger.world.get(pathOf(plan), { 'If-None-Match': `"${plan.document}"` })).status).toBe(304);
  });

  it('has an image generated from the ticket, public and permanent at a URI with its hash', async () => {
    const plan = await planned('pictured');
    const { image } = (await ledger.world.get(pathOf(plan))).body as { image: string };
    const path = `/m/${image.slice(URI_PREFIX.length)}`;
    const answer = await ledger.world.get(path);
    expect([answer.status, path.endsWith(`/${sha256(answer.text)}.svg`)]).toEqual([200, true]);
    expect(answer.text).toMatch(/^<svg .*>A-1<\/text><\/svg>$/);
    expect(
      ['Content-Type', 'Cache-Control', 'Content-Security-Policy', 'X-Content-Type-Options'].map((name) => answer.headers.get(name)),
    ).toEqual(['image/svg+xml; charset=utf-8', 'public, max-age=31536000, immutable', "default-src 'none'; sandbox", 'nosniff']);
    expect((await ledger.world.get(path, { 'If-None-Match': `"${sha256(answer.text)}"` })).status).toBe(304);
    for (const wrong of [path.replace(/.{5}\.svg$/, 'xxxxx.svg'), path.replace('.svg', '.png'), `${path}x`])
      expect(await ledger.world.get(wrong)).toMatchObject({ status: 404, body: { code: 'document-unknown' } });
  });

  it('shows the image and the page of the organiser', async () => {
    const links = { image: 'https://organiser.example/gala.png', externalUrl: 'https://organiser.example/gala' };
    const plan = await planned('linked', {}, links);
    const { text, body } = await ledger.world.get(pathOf(plan));
    expect([sha256(text), body.image, body.external_url]).toEqual([plan.document, links.image, links.externalUrl]);
  });

  it('is that of an earlier version if that version planned it', async () => {
    const minted = { tenant: 'demo', sale: 'earlier', unit: 'A-1', name: NAME, symbol: 'ADMIT' };
    const plan = await planned('earlier', { shown: undefined, document: 'later' });
    const document = metadataDocument({ ...minted, ticket: plan.ticket });
    await ledger.query('update ledger.ticket set document = $1 where ticket = $2', [sha256(document), plan.ticket]);
    expect(await ledger.world.get(pathOf(plan))).toMatchObject({ status: 200, text: document });
  });

  it('stays unchanged if the name of its sale, its image or its page change later', async () => {
    const plan = await planned('renamed');
    const links = { image: 'https://organiser.example/other.png', externalUrl: 'https://organiser.example/other' };
    expect(await shop.demo.askUntilSettled('sale.change', { sale: 'renamed', name: 'Another name', ...links }, 'rename')).toMatchObject({
      status: 200,
      body: links,
    });
    await ledger.catchesUp();
    expect(sha256((await ledger.world.get(pathOf(plan))).text)).toBe(plan.document);
  });

  it('contains label, category and type of a hall', async () => {
    const seat = { unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front' };
    const prices = [{ category: 'front', type: 'child', amount: '4500' }];
    const offer = { currency: 'EUR', categories: [{ category: 'front' }], types: [{ type: 'child' }], prices, units: { seats: [seat] } };
    await shop.demoWeb.post('/v1/sales', { sale: 'hall', name: NAME, ...offer, payment: 'none', mint: 'on-confirm' }, 'open-hall');
    const { body } = await shop.demoWeb.place('hall', { items: [{ unit: 'BOX-1', type: 'child' }], wallet });
    const [{ ticket }] = body.tickets as [{ ticket: string }];
    const minted = { tenant: 'demo', sale: 'hall', order: body.order, ticket, ...seat, type: 'child', wallet } as unknown as Minted;
    const plan = await logMint(shop.log.admin, minted, { name: NAME });
    await ledger.catchesUp();
    const answer = await ledger.world.get(pathOf(plan));
    expect([answer.status, sha256(answer.text)]).toEqual([200, plan.document]);
    expect(answer.body.attributes).toEqual(
      expect.arrayContaining([
        { trait_type: 'Label', value: 'Loge Ä, Platz 1' },
        { trait_type: 'Category', value: 'front' },
        { trait_type: 'Type', value: 'child' },
      ]),
    );
    const receipt = await shop.demoWeb.get(`/v1/tickets/${ticket}/receipt?sale=hall`);
    expect(receipt.body.record).toMatchObject({ unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front', type: 'child' });
  });

  it('contains nothing of the buyer', async () => {
    const plan = await planned('quiet');
    const { text } = await ledger.world.get(pathOf(plan));
    for (const secret of [plan.order, wallet, 'b-1', plan.salt]) expect(text).not.toContain(secret);
  });

  it(
    'is the same after the ledger was lost and rebuilt from the log',
    async () => {
      const plan = await planned('lost');
      const before = await ledger.world.get(pathOf(plan));
      await ledger.close();
      await ledger.open();
      await ledger.catchesUp();
      const after = await ledger.world.get(pathOf(plan));
      expect([after.status, after.text, after.headers.get('ETag')]).toEqual([200, before.text, `"${plan.document}"`]);
    },
    STARTS_SERVERS_MS,
  );

  it('is never another than was planned: a ledger that was changed gives out none', async () => {
    const plan = await planned('changed');
    await ledger.query('update ledger.ticket set unit = $1 where ticket = $2', ['A-2', plan.ticket]);
    expect(await ledger.world.get(pathOf(plan))).toMatchObject({ status: 500, body: { code: 'fault' } });
  });

  it('stays available if its tenant is disabled: sold tickets stay sold', async () => {
    const plan = await planned('disabled');
    const register = await TenantRegister.on(shop.log.admin);
    const isAnswered = async (caller: HttpCaller, path: string, status: number): Promise<void> =>
      waitFor(async () => (await caller.get(path)).status === status, { what: `demo is answered ${status}`, timeoutMs: WAIT_MS });
    await register.setStatus('demo', 'disabled');
    await isAnswered(ledger.demo, '/v1/ledger/tickets', 403);
    expect((await ledger.world.get(pathOf(plan))).status).toBe(200);
    await register.setStatus('demo', 'active');
    await isAnswered(shop.demoWeb, '/v1/sales/disabled', 200);
  });

  it('is absent without such a ticket, under another tenant, or for a plan older than documents', async () => {
    const plan = await planned('here');
    const old = await planned('old', { document: undefined });
    for (const path of [
      pathOf(old),
      `/m/${metadataPath('acme', plan.ticket)}`,
      `/m/${metadataPath('demo', `tkt_${'a'.repeat(26)}`)}`,
      '/m/x/y',
    ]) {
      const answer = await ledger.world.get(path);
      expect([path, answer.status, answer.body.code, answer.headers.get('Cache-Control')]).toEqual([
        path,
        404,
        'document-unknown',
        'no-store',
      ]);
    }
  });
});
