import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { isFault } from '#shared/kernel/fault.js';
import type { Difference } from '#shared/platform/topology/differences.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { ensureMintQueue } from '#shared/platform/topology/mint-queues.js';
import { provision } from '#shared/platform/topology/provision.js';
import { Log } from '../stages/selling.js';

const SECOND = 1_000_000_000;
const log = Log.forTests('mint-queues');
let jsm: JetStreamManager;
let epoch: string;
beforeAll(async () => {
  jsm = await jetstreamManager(log.admin);
  epoch = await inspectTopology(log.admin);
});

const found = async (): Promise<readonly Difference[]> => {
  try {
    await inspectTopology(log.admin);
    return [];
  } catch (thrown) {
    if (!isFault(thrown, 'stream-differs')) throw thrown;
    return thrown.context.differences as readonly Difference[];
  }
};

describe('the queues of mints', () => {
  it('takes away the one queue of mints that all tenants shared, which apps refuse', async () => {
    await jsm.consumers.add('MINTS', { durable_name: 'minter', ack_policy: 'explicit' });
    const retired = { what: 'MINTS.minter', wanted: 'nothing', found: 'a consumer of an earlier version' };
    expect(await found()).toEqual([retired]);
    expect(await provision(log.admin)).toEqual({ epoch, made: [], changed: [retired] });
    expect(await found()).toEqual([]);
  });

  it("creates a tenant's queue once, and updates ack wait and max ack pending of an older one", async () => {
    await ensureMintQueue(jsm, 'demo');
    const { config } = await jsm.consumers.info('MINTS', 'minter-demo');
    expect(config).toMatchObject({ filter_subject: 'mint.demo.>', ack_wait: SECOND * 10, max_ack_pending: 6_000 });
    await jsm.consumers.update('MINTS', 'minter-demo', { ack_wait: SECOND * 30, max_ack_pending: 1_000 });
    await ensureMintQueue(jsm, 'demo');
    expect((await jsm.consumers.info('MINTS', 'minter-demo')).config).toEqual(config);
    await jsm.consumers.delete('MINTS', 'minter-demo');
  });
});
