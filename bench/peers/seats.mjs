// The tables and the transaction that the audited design and DBOS share: two seats are locked, sold and recorded with their order, or nothing is.

const SCHEMA = `
  create table if not exists seats (
    tenant text not null, sale text not null, seat text not null,
    status text not null default 'AVAILABLE', order_id text,
    primary key (tenant, sale, seat)
  );
  create table if not exists orders (
    order_id text primary key, tenant text not null, sale text not null, buyer text not null, seats text[] not null,
    idempotency_key text not null, created_at timestamptz not null default now(),
    unique (tenant, idempotency_key)
  )`;

export const createTables = (client) => client.query(SCHEMA);

/** Opens a sale of rows R0, R1, … with seats numbered from 1. */
export async function openSale(client, { tenant, sale, rows, seatsPerRow }) {
  await client.query(
    `insert into seats (tenant, sale, seat)
     select $1, $2, 'R' || r || '-' || n from generate_series(0, $3::int - 1) r, generate_series(1, $4::int) n`,
    [tenant, sale, rows, seatsPerRow],
  );
}

export async function soldIn(client, { tenant, sale }) {
  const { rows } = await client.query(`select count(*)::int as sold from seats where tenant = $1 and sale = $2 and status = 'SOLD'`, [
    tenant,
    sale,
  ]);
  return rows[0].sold;
}

/** To be called inside a transaction; its statements are prepared once for each connection. @returns the answer of the order */
export async function sellSeats(client, { tenant, sale, order, buyer, units, key }) {
  const { rows: seats } = await client.query({
    name: 'lock-seats',
    text: 'select seat, status from seats where tenant = $1 and sale = $2 and seat = any($3) order by seat for update',
    values: [tenant, sale, units],
  });
  if (seats.length !== units.length || seats.some(({ status }) => status !== 'AVAILABLE'))
    return earlierAnswer(client, { tenant, key, units });
  await client.query({
    name: 'sell-seats',
    text: `update seats set status = 'SOLD', order_id = $4 where tenant = $1 and sale = $2 and seat = any($3)`,
    values: [tenant, sale, units, order],
  });
  await client.query({
    name: 'record-order',
    text: 'insert into orders (order_id, tenant, sale, buyer, seats, idempotency_key) values ($1, $2, $3, $4, $5, $6)',
    values: [order, tenant, sale, buyer, units, key],
  });
  return confirmed({ order, sale, units });
}

/** The seats may be taken by this very order: a job that is run again after a crash finds its own result. */
async function earlierAnswer(client, { tenant, key, units }) {
  const { rows } = await client.query({
    name: 'find-order',
    text: 'select order_id, sale, seats from orders where tenant = $1 and idempotency_key = $2',
    values: [tenant, key],
  });
  if (rows.length > 0) return confirmed({ order: rows[0].order_id, sale: rows[0].sale, units: rows[0].seats });
  return { status: 409, body: { code: 'seat-taken', units } };
}

const confirmed = ({ order, sale, units }) => ({ status: 201, body: { order, sale, status: 'confirmed', units } });
