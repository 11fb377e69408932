import { METADATA_PATH_BYTES, metadataDocument, metadataPath, tenantMark } from './metadata-document.js';

const gala = {
  tenant: 'demo',
  sale: 'gala-2027',
  ticket: 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa',
  unit: 'A-1',
  name: 'Die große Gala',
  symbol: 'ADMIT',
};

describe('the document of a ticket', () => {
  it('[blockchain NFT-5] is these bytes, for ever: their hash is in plans and receipts that cannot be changed', () => {
    expect(metadataDocument(gala)).toBe(
      '{"attributes":[{"trait_type":"Organiser","value":"demo"},{"trait_type":"Sale","value":"gala-2027"},{"trait_type":"Unit","value":"A-1"},' +
        '{"trait_type":"Ticket","value":"tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa"}],"description":"Die große Gala: ticket for A-1","name":"Die große Gala","symbol":"ADMIT"}',
    );
  });

  it('[blockchain NFT-5] says label, category and type where the sale has them, in these bytes for ever', () => {
    expect(metadataDocument({ ...gala, label: 'Loge Ä, Platz 1', category: 'front', type: 'child' })).toBe(
      '{"attributes":[{"trait_type":"Organiser","value":"demo"},{"trait_type":"Sale","value":"gala-2027"},{"trait_type":"Unit","value":"A-1"},' +
        '{"trait_type":"Label","value":"Loge Ä, Platz 1"},{"trait_type":"Category","value":"front"},{"trait_type":"Type","value":"child"},' +
        '{"trait_type":"Ticket","value":"tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa"}],"description":"Die große Gala: ticket for Loge Ä, Platz 1","name":"Die große Gala","symbol":"ADMIT"}',
    );
  });

  it('is at an address that is the same for ever too, and always as long', () => {
    expect(metadataPath('demo', gala.ticket)).toBe('34mwy7e6/tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa');
    expect(tenantMark('acme')).not.toBe(tenantMark('demo'));
    for (const tenant of ['d', 'x'.repeat(64)]) expect(Buffer.byteLength(metadataPath(tenant, gala.ticket))).toBe(METADATA_PATH_BYTES);
  });
});
