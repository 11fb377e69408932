// Emmett: an order is a stream named by its idempotency key; an inline projection claims its seats in the transaction of the append, so that an order
// for a sold seat appends nothing.
import { sql } from '@event-driven-io/dumbo';
import { CommandHandler, isExpectedVersionConflictError, projections } from '@event-driven-io/emmett';
import { getPostgreSQLEventStore, postgreSQLRawBatchSQLProjection } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { serve, sha256 } from './server.mjs';

const connectionString = process.env.DATABASE_URL;
const pool = new pg.Pool({ connectionString, max: Number(process.env.CONNECTIONS) });
const TABLES = `
  create table if not exists seats (tenant text, sale text, seat text, primary key (tenant, sale, seat));
  create table if not exists sold_seats (
    tenant text not null, sale text not null, seat text not null, order_id text not null,
    primary key (tenant, sale, seat), foreign key (tenant, sale, seat) references seats
  )`;
await pool.query(TABLES);

const soldSeats = postgreSQLRawBatchSQLProjection({
  name: 'sold-seats',
  canHandle: ['OrderPlaced'],
  evolve: (events) =>
    events.map(({ data: { tenant, sale, order, units } }) => claim([...units].sort().map((seat) => [tenant, sale, seat, order]))),
});
const store = getPostgreSQLEventStore(connectionString, {
  projections: projections.inline([soldSeats]),
  connectionOptions: { pooled: true, pool },
});
const handle = CommandHandler({
  initialState: () => ({}),
  evolve: (state, { type, data }) => (type === 'OrderPlaced' ? { placed: data } : { ...state, refused: data }),
});

await serve({
  openSale: ({ tenant, sale, rows, seatsPerRow }) =>
    pool.query(
      `insert into seats select $1, $2, 'R' || r || '-' || n from generate_series(0, $3::int - 1) r, generate_series(1, $4::int) n`,
      [tenant, sale, rows, seatsPerRow],
    ),
  sold: async ({ tenant, sale }) => {
    const { rows } = await pool.query('select count(*)::int as sold from sold_seats where tenant = $1 and sale = $2', [tenant, sale]);
    return rows[0].sold;
  },
  place: async (order) => {
    const id = sha256(`${order.tenant}:${order.key}`).slice(0, 26);
    return answer(await decide(`order-${id}`, { ...order, order: `ord_${id}` }));
  },
  close: () => store.close(),
});

/** A key that was used has its answer in the stream. A conflict is a sold seat, or the same key at once. */
async function decide(stream, { tenant, sale, buyer, units, order }) {
  const place = (state) => (state.placed || state.refused ? [] : { type: 'OrderPlaced', data: { tenant, sale, buyer, units, order } });
  try {
    return (await handle(store, stream, place, { retry: { retries: 0 } })).newState;
  } catch (error) {
    if (!isExpectedVersionConflictError(error)) throw error;
  }
  const refuse = (state) => (state.placed || state.refused ? [] : { type: 'OrderRefused', data: { order, code: 'seat-taken', units } });
  return (await handle(store, stream, refuse)).newState;
}

function answer({ placed, refused }) {
  if (placed === undefined) return { status: 409, text: JSON.stringify({ code: refused.code, units: refused.units }), replayed: false };
  const { order, sale, units } = placed;
  return { status: 201, text: JSON.stringify({ order, sale, status: 'confirmed', units }), replayed: false };
}

function claim(rows) {
  const values = rows.map(() => '(%L, %L, %L, %L)').join(', ');
  return sql(`insert into sold_seats (tenant, sale, seat, order_id) values ${values}`, ...rows.flat());
}
