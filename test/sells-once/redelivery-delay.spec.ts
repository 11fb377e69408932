import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { ACK, type Delivery, nak } from '#shared/consumer/delivery.js';
import { JetStreamSource } from '#shared/platform/messaging/jetstream-source.js';
import { ensureMintQueue } from '#shared/platform/topology/mint-queues.js';
import { Log } from '../stages/selling.js';

/** As chance makes it: with more digits than a nanosecond has. */
const DELAY_MS = 700.123_456_789;
const log = Log.forTests('redelivery-delay');

it('[minting RS1] a delivery that is given back comes again after its delay, not at once', async () => {
  await ensureMintQueue(await jetstreamManager(log.admin), 'demo');
  const source = new JetStreamSource(log.admin, { stream: 'MINTS', durable: 'minter-demo', maxMessages: 8, onTrouble: fail });
  await jetstream(log.admin).publish('mint.demo.ticket.1', '{}');
  const cameAt: number[] = [];
  for await (const delivery of source) {
    cameAt.push(performance.now());
    settle(delivery, cameAt.length);
    if (cameAt.length === 3) break;
  }
  await source.stop();
  const waits = cameAt.slice(1).map((at, index) => at - (cameAt[index] ?? 0));
  for (const waited of waits) expect(waited).toBeGreaterThanOrEqual(DELAY_MS * 0.95); // the server's clock is not ours
});

const settle = (delivery: Delivery, times: number): void => delivery.settle(times === 3 ? ACK : nak(DELAY_MS));
const fail = (thrown: unknown): never => {
  throw thrown;
};
