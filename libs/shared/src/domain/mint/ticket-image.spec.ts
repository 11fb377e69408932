import { sha256 } from '../../kernel/hash.js';
import { imagePath, ticketImage } from './ticket-image.js';

const gala = { tenant: 'demo', sale: 'gala', ticket: 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa', unit: 'A-1', name: 'Die große Gala' };
const textsOf = (svg: string): string[] => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => `${text}`);

describe('the picture of a ticket', () => {
  it('[blockchain NFT-5] has these bytes, for ever: their hash is in documents that cannot be changed', () => {
    expect([gala, { ...gala, label: 'Loge Ä, Platz 1', category: 'front', type: 'child' }].map((one) => sha256(ticketImage(one)))).toEqual([
      '860a60d6ed3f9c4182d6045dfde4bd3b276bbaf804af02b6b5afd9f293e4927c',
      '4e34608e262c36c3183dc44b456b030301a5ea97f634a01acc234acd77c67666',
    ]);
  });

  it('shows name, category, type and label, or the unit without a label', () => {
    expect(textsOf(ticketImage(gala))).toEqual(['Die große Gala', 'A-1']);
    const placed = { ...gala, label: 'Loge Ä, Platz 1', category: 'front', type: 'child' };
    expect(textsOf(ticketImage(placed))).toEqual(['Die große Gala', 'front · child', 'Loge Ä, Platz 1']);
  });

  it('has an address with its hash', () => {
    expect(imagePath(gala)).toBe(`34mwy7e6/${gala.ticket}/${sha256(ticketImage(gala))}.svg`);
  });

  it('breaks long names into lines and shortens long labels, by their width', () => {
    const long = ticketImage({
      ...gala,
      name: 'Ein Abend mit vielen Worten und Donaudampfschifffahrtsgesellschaft',
      label: 'x'.repeat(120),
    });
    expect(textsOf(long)).toEqual(['Ein Abend mit vielen', 'Worten und', 'Donaudampfschifffahr', 'tsgesellschaft', `${'x'.repeat(19)}…`]);
    expect(textsOf(ticketImage({ ...gala, name: '東京国際フォーラム公演会場' }))[0]).toBe('東京国際フォーラム公');
    expect(textsOf(ticketImage({ ...gala, name: 'w'.repeat(120) })).length).toBe(7);
  });

  it.each([
    '</text><script>alert(1)</script>',
    '"onload="alert(1)',
    "Robert'); drop table",
    '&amp;',
    ']]>',
  ])('is valid XML when a name contains %j', (name) => {
    const svg = ticketImage({ ...gala, name, label: name, category: name });
    expect(svg.replace(/<(svg|rect|path|text) [^<>]*>|<\/(svg|text)>/g, '')).not.toMatch(/[<>]/);
    expect(svg).not.toMatch(/&(?!(amp|lt|gt|quot|apos);)/);
  });
});
