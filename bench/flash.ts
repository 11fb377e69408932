import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { ask, type Heard, onStage, type SellingStage } from './selling-stage.js';

const SEATS_PER_BUYER = 10; // a tenth of the buyers get a seat
const RETRYING = 0.2;
const IN_FLIGHT = 256;
const RETRY_PAUSE_MS = 50;
const ROW = 500;
const BYTES_PER_MB = 1_048_576;

/**
 * Ten buyers for every seat, a fifth of whom retry with the same key: exactly the seats are sold, and every retry gets an identical
 * response.
 */
export const benchFlash = ({ buyers }: { readonly buyers: number }): Promise<boolean> => onStage('flash', (stage) => flash(stage, buyers));

async function flash({ demo, purchase }: SellingStage, buyers: number): Promise<boolean> {
  const seats = Math.max(ROW, Math.floor(buyers / SEATS_PER_BUYER / ROW) * ROW);
  const sale = `flash-${randomUUID()}`;
  const rows = Array.from({ length: seats / ROW }, (_, row) => ({ row: `R${row}`, from: 1, to: ROW }));
  await ask(
    demo,
    'sale.open',
    { sale, name: 'Flash', units: { rows }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' },
    sale,
  );
  const tally = { sold: 0, refused: 0, replays: 0, different: 0 };
  const place = async (buyer: number): Promise<void> => {
    const seat = (buyer * 7_919) % seats;
    const body = { sale, buyer: `b-${buyer}`, units: [`R${Math.floor(seat / ROW)}-${(seat % ROW) + 1}`] };
    const first = await insist(demo, body, `k-${buyer}`);
    if (first.status === 201) tally.sold += 1;
    else tally.refused += 1;
    if (buyer % Math.round(1 / RETRYING) !== 0) return;
    const again = await insist(demo, body, `k-${buyer}`);
    tally.replays += 1;
    if (again.text !== first.text || again.status !== first.status || !again.replayed) tally.different += 1;
  };
  const began = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < buyers) await place(next++);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const seconds = (performance.now() - began) / 1_000;
  const asked = buyers + tally.replays;
  console.log(
    `\n${buyers} buyers, ${seats} seats, ${tally.replays} of them asking twice: ${seconds.toFixed(1)} s, ${(asked / seconds).toFixed(0)} answers/s (sync_interval: always)`,
  );
  console.log(
    `sold ${tally.sold}, refused ${tally.refused}, replays that differ ${tally.different}; purchase used ${(purchase.memoryBytes() / BYTES_PER_MB).toFixed(0)} MB at the end`,
  );
  return tally.sold === seats && tally.sold + tally.refused === buyers && tally.different === 0;
}

async function insist(demo: NatsConnection, body: object, key: string): Promise<Heard> {
  for (;;) {
    const heard = await ask(demo, 'order.place', body, key);
    const waits = heard.status === 202 || heard.status === 429 || heard.status === 503 || heard.text.includes('"in-progress"');
    if (!waits) return heard;
    await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
  }
}
