import type { MintCommand } from '#shared/domain/mint/events.js';
import { METADATA_PATH_BYTES, metadataDocument } from '#shared/domain/mint/metadata-document.js';
import { imagePath } from '#shared/domain/mint/ticket-image.js';
import { memoOf, recordOf } from '#shared/domain/mint/ticket-record.js';
import { sha256 } from '#shared/kernel/hash.js';
import { MAX_NAME_BYTES, MAX_URI_BYTES } from '../chains/chain.js';
import { MemoryChain } from '../chains/memory.js';
import { fitting, planMint } from './plan-mint.js';

const command = {
  tenant: 'demo',
  sale: 'gala',
  order: 'ord_a',
  ticket: 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa',
  unit: 'A-1',
  wallet: 'wallet',
  request: 1,
  name: 'Die große Gala im März – Abendvorstellung',
} as MintCommand;
const style = { symbol: 'ADMIT', uriPrefix: `https://tickets.example/${'x'.repeat(MAX_URI_BYTES - METADATA_PATH_BYTES - 24)}` };
const plan = (over: Partial<MintCommand> = {}) => planMint({ ...command, ...over }, new MemoryChain(), 'genesis', style);

describe('the plan of a mint', () => {
  it('shows what a buyer can prove: the memo is the hash of the record and the salt', () => {
    const { memo, salt, ...rest } = plan();
    const record = recordOf('demo', 'gala', rest);
    expect(record).toMatchObject({ tenant: 'demo', sale: 'gala', unit: 'A-1', wallet: 'wallet', asset: rest.asset });
    expect(memo).toBe(memoOf(record, salt));
    expect(memo).toMatch(/^[\w-]{43}$/);
    expect(memo).not.toBe(memoOf(record, ''));
    for (const [member, value] of Object.entries(record)) expect(memoOf({ ...record, [member]: `${value}x` }, salt)).not.toBe(memo);
  });

  it('has a new salt every time: equal tickets cannot be recognised', () => {
    expect(plan().salt).not.toBe(plan().salt);
    expect(plan().asset).toBe(plan().asset);
  });

  it('contains nothing of order or buyer in public, and the seat only in the document', () => {
    const { name, symbol, uri } = plan();
    for (const told of [name, symbol, uri]) for (const secret of ['A-1', 'ord_a', 'wallet']) expect(told).not.toContain(secret);
    const document = metadataDocument({ ...command, symbol });
    for (const secret of ['ord_a', 'wallet']) expect(document).not.toContain(secret);
  });

  it('[blockchain NFT-5] names the document at its URI by its hash: the same input has the same URI and the same document, at any time', () => {
    const { uri, document } = plan();
    expect([plan().uri, plan().document]).toEqual([uri, document]);
    const image = `${style.uriPrefix}${imagePath(command)}`;
    expect(document).toBe(sha256(metadataDocument({ ...command, symbol: 'ADMIT', links: { image } })));
    expect(plan({ ticket: 'tkt_bbbbbbbbbbbbbbbbbbbbbbbbbb' as never }).uri).not.toBe(uri);
    expect(plan({ unit: 'A-2' as never }).document).not.toBe(document);
  });

  it('has label, category and type in its record and its document, and not on the chain, whatever they are', () => {
    const kind = { label: `Loge Ä, ${'x'.repeat(120)}`, category: 'front', type: 'child' } as Partial<MintCommand>;
    const { memo, salt, document, name, uri, ...rest } = plan(kind);
    expect(recordOf('demo', 'gala', rest)).toMatchObject(kind);
    expect(memo).toBe(memoOf(recordOf('demo', 'gala', { ...rest, document: `${document}` }), salt));
    const image = `${style.uriPrefix}${imagePath({ ...command, ...kind })}`;
    expect(document).toBe(sha256(metadataDocument({ ...command, ...kind, symbol: 'ADMIT', links: { image } })));
    expect([name, uri]).toEqual([plan().name, plan().uri]);
  });

  it('contains the organiser’s image and page, and no image if URIs are no addresses', () => {
    const links = { image: 'https://organiser.example/gala.png', externalUrl: 'https://organiser.example/gala' };
    const { shown, document } = plan(links);
    expect(shown).toEqual({ name: command.name, ...links });
    expect(document).toBe(sha256(metadataDocument({ ...command, symbol: 'ADMIT', links })));
    const urn = planMint(command, new MemoryChain(), 'genesis', { symbol: 'ADMIT', uriPrefix: 'urn:admit-one:' });
    expect(urn.shown).toEqual({ name: command.name });
    expect(urn.document).toBe(sha256(metadataDocument({ ...command, symbol: 'ADMIT', links: {} })));
  });

  it('fits the asset’s byte limits, in whole characters', () => {
    const { name, uri } = plan();
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(command.name.startsWith(name)).toBe(true);
    expect(Buffer.byteLength(uri)).toBe(MAX_URI_BYTES);
    expect(uri.endsWith(command.ticket)).toBe(true);
    expect(fitting('ab🎟️', 5)).toBe('ab');
    expect(fitting('ab🎟', 6)).toBe('ab🎟');
    expect(fitting('', 5)).toBe('');
  });
});
