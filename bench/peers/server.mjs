// The HTTP side of every peer: Fastify, a schema that parses and validates the body, one route for each of three operations.
import { createHash } from 'node:crypto';
import Fastify from 'fastify';

export const TENANT = 'demo';
const ORDER = {
  body: {
    type: 'object',
    required: ['buyer', 'units'],
    additionalProperties: false,
    properties: {
      buyer: { type: 'string', minLength: 1, maxLength: 64 },
      units: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 32 } },
    },
  },
  headers: {
    type: 'object',
    required: ['idempotency-key'],
    properties: { 'idempotency-key': { type: 'string', minLength: 1, maxLength: 255 } },
  },
};

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** What a key was used for: the same key with another request is refused. */
export const fingerprint = ({ sale, buyer, units }) => sha256(JSON.stringify([sale, buyer, units]));

/**
 * Serves a peer on the port of the environment, and prints `ready`.
 * `place(order)` resolves to `{ status, text, replayed }`, where `text` is the JSON of the answer.
 */
export async function serve({ openSale, place, sold, close }) {
  const app = Fastify({ logger: false });
  app.post('/v1/sales', async (request, reply) => {
    await openSale({ tenant: TENANT, ...request.body });
    return reply.code(201).send({});
  });
  app.get('/v1/sales/:sale', async (request) => ({ sold: await sold({ tenant: TENANT, sale: request.params.sale }) }));
  app.post('/v1/sales/:sale/orders', { schema: ORDER }, async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const { status, text, replayed } = await place({ tenant: TENANT, sale: request.params.sale, key, ...request.body });
    if (replayed) reply.header('X-Idempotent-Replayed', 'true');
    return reply.code(status).type('application/json').send(text);
  });
  const stop = async () => {
    await app.close();
    await close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
  console.log('ready');
}
