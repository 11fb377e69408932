import { type ConsumerConfig, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { JetStreamEventsLog } from '../../apps/ledger/src/logs/jetstream.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const MAX_BATCH = 8;
/** How long a pull without a reader waits: longer than the test. */
const PULL_MS = 110_000;

const stage = LedgerStage.forTests('first-delivery');

/** A projector that was just replaced or killed: the messages it pulled are still on their way to it. */
async function olderPull(): Promise<Promise<number>[]> {
  const connection = await stage.nat('ledger');
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const consumer = jetstream(connection).consumers.getConsumerFromInfo(await jsm.consumers.info('EVENTS', 'ledger'));
  const messages = await consumer.fetch({ max_messages: 1, expires: PULL_MS });
  return [
    messages[Symbol.asyncIterator]()
      .next()
      .then(({ value }) => {
        messages.stop(); // its timers outlive its connection
        return value.seq;
      }),
  ];
}

it('is pulled again when it went to an older pull: a replaced projector does not stop the active one', async () => {
  const running = await stage.project();
  await running.comesTo('projecting');
  await running.stop();
  const [took] = await olderPull();
  const next = await stage.project();
  await next.comesTo('projecting');
  const last = await stage.sell('demo', 'gala', 3);
  expect(await took).toBe(1);
  await stage.reaches(last);
  expect(next.projector.state).toBe('projecting');
  await next.stop();
});

it('is a gap when the stream does not hold it', async () => {
  const [admin, ledger] = [await stage.nat('provision'), await stage.nat('ledger')];
  const jsm = await jetstreamManager(admin);
  const { config } = await jsm.streams.info('EVENTS');
  const consumer = (await jsm.consumers.info('EVENTS', 'ledger')).config;
  await jsm.streams.delete('EVENTS');
  await jsm.streams.add({ ...config, name: 'EVENTS', deny_delete: false, deny_purge: false });
  await jsm.consumers.add('EVENTS', consumer as ConsumerConfig);
  for (const seat of ['1', '2', '3']) await jetstream(admin).publish('ev.demo.sale.gone', seat);
  await jsm.streams.deleteMessage('EVENTS', 2);
  const log = await JetStreamEventsLog.on(ledger, MAX_BATCH);
  const reading = log.from(2, new AbortController().signal)[Symbol.asyncIterator]().next();
  await expect(reading).rejects.toMatchObject({ code: 'log-broken', context: { missing: { from: 2, to: 2 } } });
});
