import { readNestPacket, writeNestPacket } from './nest-packet.js';

const subject = 'admit.demo.order.place';
const bytes = (packet: unknown): Uint8Array => Buffer.from(typeof packet === 'string' ? packet : JSON.stringify(packet));
const read = (packet: unknown) => readNestPacket(subject, bytes(packet));

it('extracts the body from the packet of a ClientProxy', () => {
  const packet = read({ pattern: subject, data: { sale: 'gala', buyer: 'Zoë' }, id: 'x1' });
  expect([packet?.id, Buffer.from(packet?.body ?? []).toString()]).toEqual(['x1', '{"sale":"gala","buyer":"Zoë"}']);
  expect(read({ pattern: subject, data: 1 })).toMatchObject({ id: undefined });
  expect(read({ pattern: subject, id: 'x1' })?.body).toHaveLength(0);
});

it.each([
  ['a body of its own', { sale: 'gala', pattern: subject, data: {} }],
  ['the packet of another subject', { pattern: 'admit.acme.order.place', data: {}, id: 'x1' }],
  ['a member too many', { pattern: subject, data: {}, id: 'x1', sale: 'gala' }],
  ['an id that is no text', { pattern: subject, data: {}, id: 1 }],
  ['an id too long to be echoed', { pattern: subject, data: {}, id: 'x'.repeat(129) }],
  ['half a packet', `{"pattern":"${subject}","data":`],
  ['nothing', ''],
])('treats %s as a raw request', (_, packet) => {
  expect(read(packet)).toBeUndefined();
});

it('treats bytes that are no text as a raw request', () => {
  expect(readNestPacket(subject, Buffer.concat([bytes('{"pattern":"'), Buffer.of(0xff), bytes('"}')]))).toBeUndefined();
});

it('puts the bytes of the response into the packet unchanged', () => {
  expect(writeNestPacket('x1', '{"a": 1.0}', false)).toBe('{"response":{"a": 1.0},"isDisposed":true,"id":"x1"}');
  expect(writeNestPacket(undefined, '{"code":"sold-out"}', true)).toBe('{"err":{"code":"sold-out"},"isDisposed":true}');
});
