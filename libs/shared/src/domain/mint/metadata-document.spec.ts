import { Ajv } from 'ajv';
import { METADATA_PATH_BYTES, metadataDocument, metadataPath, tenantMark } from './metadata-document.js';

const gala = {
  tenant: 'demo',
  sale: 'gala-2027',
  ticket: 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa',
  unit: 'A-1',
  name: 'Die große Gala',
  symbol: 'ADMIT',
};

const text = { type: 'string', minLength: 1 };
const listOf = (required: readonly string[], properties: object): object => ({
  type: 'array',
  items: { type: 'object', required, properties },
});
/**
 * The Metaplex standard for the JSON of a non-fungible, which wallets read for Token-2022 and compressed assets alike:
 * developers.metaplex.com, Token Metadata, "Token standard". `collection` comes from its first version.
 */
const METADATA_STANDARD = {
  type: 'object',
  required: ['name', 'symbol', 'description', 'attributes'],
  properties: {
    ...{ name: text, symbol: { ...text, maxLength: 10 }, description: text },
    ...{ image: { ...text, pattern: '^https?://' }, external_url: { ...text, pattern: '^https?://' }, animation_url: text },
    attributes: listOf(['trait_type', 'value'], { trait_type: text, value: { type: ['string', 'number'] } }),
    collection: { type: 'object', required: ['name', 'family'], properties: { name: text, family: text }, additionalProperties: false },
    properties: {
      type: 'object',
      required: ['files', 'category'],
      properties: {
        category: { enum: ['image', 'video', 'audio', 'vr', 'html'] },
        files: listOf(['uri', 'type'], { uri: text, type: text }),
      },
    },
  },
  additionalProperties: false,
};

describe('the document of a ticket', () => {
  it('[blockchain NFT-5] has these bytes, for ever: their hash is in plans and receipts that cannot be changed', () => {
    expect(metadataDocument(gala)).toBe(
      '{"attributes":[{"trait_type":"Organiser","value":"demo"},{"trait_type":"Sale","value":"gala-2027"},{"trait_type":"Unit","value":"A-1"},' +
        '{"trait_type":"Ticket","value":"tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa"}],"description":"Die große Gala: ticket for A-1","name":"Die große Gala","symbol":"ADMIT"}',
    );
  });

  it('[blockchain NFT-5] contains label, category and type if the sale has them, in these bytes for ever', () => {
    expect(metadataDocument({ ...gala, label: 'Loge Ä, Platz 1', category: 'front', type: 'child' })).toBe(
      '{"attributes":[{"trait_type":"Organiser","value":"demo"},{"trait_type":"Sale","value":"gala-2027"},{"trait_type":"Unit","value":"A-1"},' +
        '{"trait_type":"Label","value":"Loge Ä, Platz 1"},{"trait_type":"Category","value":"front"},{"trait_type":"Type","value":"child"},' +
        '{"trait_type":"Ticket","value":"tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa"}],"description":"Die große Gala: ticket for Loge Ä, Platz 1","name":"Die große Gala","symbol":"ADMIT"}',
    );
  });

  it('[blockchain NFT-5] contains image, page and collection in its second form, in these bytes for ever', () => {
    const links = { image: 'https://organiser.example/gala.PNG', externalUrl: 'https://organiser.example/gala' };
    expect(metadataDocument({ ...gala, links })).toBe(
      '{"attributes":[{"trait_type":"Organiser","value":"demo"},{"trait_type":"Sale","value":"gala-2027"},{"trait_type":"Unit","value":"A-1"},' +
        '{"trait_type":"Ticket","value":"tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa"}],"collection":{"family":"demo","name":"Die große Gala"},' +
        '"description":"Die große Gala: ticket for A-1","external_url":"https://organiser.example/gala","image":"https://organiser.example/gala.PNG",' +
        '"name":"Die große Gala","properties":{"category":"image","files":[{"type":"image/png","uri":"https://organiser.example/gala.PNG"}]},"symbol":"ADMIT"}',
    );
  });

  it.each([
    {},
    { image: 'https://organiser.example/picture' },
    { image: 'https://organiser.example/gala.svg' },
    { image: 'https://organiser.example/gala.webp?size=2', externalUrl: 'https://organiser.example/' },
  ])('satisfies the metadata standard, with %j', (links) => {
    const check = new Ajv({ strictTypes: false }).compile(METADATA_STANDARD);
    for (const more of [{}, { label: 'Loge Ä', category: 'front', type: 'child' }])
      expect([check(JSON.parse(metadataDocument({ ...gala, ...more, links }))), check.errors]).toEqual([true, null]);
  });

  it('has a permanent address of constant length', () => {
    expect(metadataPath('demo', gala.ticket)).toBe('34mwy7e6/tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa');
    expect(tenantMark('acme')).not.toBe(tenantMark('demo'));
    for (const tenant of ['d', 'x'.repeat(64)]) expect(Buffer.byteLength(metadataPath(tenant, gala.ticket))).toBe(METADATA_PATH_BYTES);
  });
});
