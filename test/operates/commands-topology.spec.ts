import {
  type ConsumeOptions,
  type ConsumerConfig,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { isFault } from '#shared/kernel/fault.js';
import { CONSUMERS, DECIDER_GROUP, deciderSet, deciderSets } from '#shared/platform/topology/consumers.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { provision } from '#shared/platform/topology/provision.js';
import { EPOCH, STREAMS } from '#shared/platform/topology/streams.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Log } from '../stages/selling.js';

const SECOND = 1_000_000_000;
const WAIT_MS = 60_000;
const log = Log.forTests('commands-topology', []);
let jsm: JetStreamManager;
let epoch: string;

beforeAll(async () => {
  jsm = await jetstreamManager(log.admin);
  epoch = await inspectTopology(log.admin);
});

/** Puts COMMANDS there as an earlier version made it, or an operator. */
async function remake(more: Partial<StreamConfig>): Promise<void> {
  const wanted = STREAMS.find(({ name }) => name === 'COMMANDS');
  await jsm.streams.delete('COMMANDS');
  await jsm.streams.add({ ...wanted, metadata: { [EPOCH]: epoch }, ...more, name: 'COMMANDS' });
  for (const { stream, config } of CONSUMERS) if (stream === 'COMMANDS') await jsm.consumers.add(stream, config as ConsumerConfig);
}

/** Differences on which an app would refuse to start. */
async function found(): Promise<readonly string[]> {
  try {
    await inspectTopology(log.admin);
    return [];
  } catch (thrown) {
    if (!isFault(thrown, 'stream-differs')) throw thrown;
    return (thrown.context.differences as readonly { what: string }[]).map(({ what }) => what);
  }
}

describe('COMMANDS, which holds nothing of the log', () => {
  const used = () => jetstream(log.admin).publish('cmd.demo.gala.used', '{}');
  const names = ['COMMANDS', ...deciderSets().map((set) => `COMMANDS.${set}`)];

  it('is created again beside a used log', async () => {
    await jetstream(log.admin).publish('ev.demo.sale.used', '[]');
    await jsm.streams.delete('COMMANDS');
    expect(await found()).toEqual(names);
    expect(await provision(log.admin)).toEqual({ epoch, made: names, changed: [] });
    expect(await found()).toEqual([]);
  });

  it('is replaced by provision if an earlier version created it, with its messages', async () => {
    await remake({ persist_mode: 'default', retention: 'limits', max_age: SECOND * 3_600 * 72 });
    await used();
    const { changed, made } = await provision(log.admin);
    expect([changed.map(({ what }) => what), made]).toEqual([['COMMANDS.persist_mode', 'COMMANDS.retention', 'COMMANDS.max_age'], names]);
    expect((await jsm.streams.info('COMMANDS')).state.messages).toBe(0);
  });

  it('is not replaced under a purchase app that pulls commands', async () => {
    await remake({ persist_mode: 'default' });
    await used();
    const pulling = await jetstream(log.admin).consumers.get('COMMANDS', deciderSet(3));
    const messages = await pulling.consume({ max_messages: 100, group: DECIDER_GROUP } as ConsumeOptions);
    const read = (async () => {
      for await (const _ of messages); // pulling begins with reading
    })();
    const isPulling = async (): Promise<boolean> => (await jsm.consumers.info('COMMANDS', deciderSet(3))).num_waiting > 0;
    await waitFor(isPulling, { what: 'it pulls', timeoutMs: WAIT_MS });
    await expect(provision(log.admin)).rejects.toMatchObject({
      code: 'stream-differs',
      context: {
        consumer: deciderSet(3),
        differences: [{ what: 'COMMANDS.persist_mode' }],
        advice: expect.stringContaining('stop every purchase app'),
      },
    });
    expect((await jsm.streams.info('COMMANDS')).state.messages).toBe(1);
    await messages.close();
    await read;
    await waitFor(async () => !(await isPulling()), { what: 'it pulls no more', timeoutMs: WAIT_MS });
    expect(await provision(log.admin)).toMatchObject({ made: names });
    expect(await found()).toEqual([]);
  });

  it('has consumers that purchase, and no other app, starts again from their first message', async () => {
    const ask = async (user: string, durable: string): Promise<unknown> => {
      const connection = await log.keep(connect(log.server.connection(user)));
      return (await connection.request(`$JS.API.CONSUMER.RESET.COMMANDS.${durable}`, '{"seq":1}', { timeout: WAIT_MS })).json();
    };
    for (const durable of deciderSets()) expect(await ask('purchase', durable)).not.toHaveProperty('error');
    for (const user of ['operator', 'minter', 'ledger']) await expect(ask(user, deciderSet(0))).rejects.toThrow();
  });
});
