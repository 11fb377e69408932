import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import { LOOKUPS_BUCKET } from '#shared/platform/topology/streams.js';
import { admit, operatorOf } from '../harness/admit.js';
import { Log } from '../stages/selling.js';

const HOUR_MS = 3_600_000;
const log = Log.forTests('payments-command');
const unmatched = (...more: readonly string[]) => admit(operatorOf(log.server), 'payments', 'unmatched', ...more);

it('lists the events whose payment is unknown after a day, and shows by its exit code whether there are any', async () => {
  expect(await unmatched()).toEqual({ code: 0, out: 'every event found its payment\n', error: '' });
  const index = new PaymentIndex(await JetStreamValues.on(log.admin, LOOKUPS_BUCKET));
  const event = (name: string, hours: number) => ({
    ...{ event: name, type: 'refund.created', payment: `pi_${name}` },
    createdAt: Date.now() - hours * HOUR_MS,
  });
  await index.addUnmatched('demo', event('evt_old', 25));
  await index.addUnmatched('demo', event('evt_young', 1));
  await index.addUnmatched('acme', event('evt_taken', 30));
  await index.endUnmatched('acme', 'evt_taken');
  const listed = await unmatched('--json');
  expect([
    listed.code,
    listed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ]).toEqual([
    1,
    [{ tenant: 'demo', event: 'evt_old', type: 'refund.created', payment: 'pi_evt_old', created: expect.stringMatching(/^20/) }],
  ]);
  expect((await unmatched('--hours', '0')).out).toMatch(/evt_old[\s\S]*evt_young/);
});

it('names the errors in its options', async () => {
  expect(await unmatched('--hours', 'soon')).toMatchObject({ code: 2, error: expect.stringContaining('A number of hours, 0 or more.') });
});
