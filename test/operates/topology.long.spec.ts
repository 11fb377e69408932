import {
  type ConsumerConfig,
  type ConsumerInfo,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type StreamConfig,
} from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { isFault } from '#shared/kernel/fault.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import type { Difference } from '#shared/platform/topology/differences.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { provision } from '#shared/platform/topology/provision.js';
import { EPOCH, STREAMS } from '#shared/platform/topology/streams.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Log, startSelling } from '../stages/selling.js';

const SECOND = 1_000_000_000;
const WAIT_MS = 60_000;
const log = Log.forTests('topology', []);
let jsm: JetStreamManager;
let epoch: string;

beforeAll(async () => {
  jsm = await jetstreamManager(log.admin);
  epoch = await inspectTopology(log.admin);
});

/** Replaces one stream by another, as an operator's tool or a restored backup may do in spite of deny_delete. */
async function remake(name: string, more: Partial<StreamConfig>): Promise<void> {
  const wanted = STREAMS.find((stream) => stream.name === name);
  await jsm.streams.delete(name);
  await jsm.streams.add({ ...wanted, metadata: { [EPOCH]: epoch }, ...more, name });
  await remakeConsumers(name);
}

async function remakeConsumers(of: string): Promise<void> {
  for (const { stream, config } of CONSUMERS) if (stream === of) await jsm.consumers.add(stream, config as ConsumerConfig);
}

async function remakeConsumer(durable: string, more: Partial<ConsumerConfig>): Promise<void> {
  const wanted = CONSUMERS.find(({ config }) => config.durable_name === durable);
  if (wanted === undefined) throw new Error(`there is no ${durable}`);
  await jsm.consumers.delete(wanted.stream, durable);
  await jsm.consumers.add(wanted.stream, { ...wanted.config, ...more } as ConsumerConfig);
}

/** The start error of an app that checks the server. */
async function found(): Promise<readonly Difference[]> {
  try {
    await inspectTopology(log.admin);
    return [];
  } catch (thrown) {
    if (!isFault(thrown, 'stream-differs')) throw thrown;
    return thrown.context.differences as readonly Difference[];
  }
}

const everything = async (): Promise<unknown> => {
  const streams = await Promise.all(STREAMS.map(({ name }) => jsm.streams.info(name)));
  const consumers = await Promise.all(CONSUMERS.map(({ stream, config }) => jsm.consumers.info(stream, config.durable_name)));
  return [...streams.map(({ config, created }) => ({ config, created })), ...consumers.map(({ config, created }) => ({ config, created }))];
};

describe('provision', () => {
  it('makes every stream and consumer once, all of one epoch, and changes nothing the second time', async () => {
    const before = await everything();
    expect(await provision(log.admin)).toEqual({ epoch, made: [], changed: [] });
    expect(await everything()).toEqual(before);
    expect(epoch).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('makes one stream of a request that is sent again because its answer was lost', async () => {
    const before = await everything();
    for (const wanted of STREAMS) await jsm.streams.add({ ...wanted, num_replicas: 1, metadata: { [EPOCH]: epoch } });
    expect(await everything()).toEqual(before);
  });

  it('makes a consumer again that is missing: it holds no truth', async () => {
    await jsm.consumers.delete('TIMERS', 'sweeps');
    expect(await found()).toEqual([{ what: 'TIMERS.sweeps', wanted: 'to exist', found: 'missing' }]);
    expect(await provision(log.admin)).toEqual({ epoch, made: ['TIMERS.sweeps'], changed: [] });
  });

  it('resumes after an interruption, in the same epoch', async () => {
    for (const name of ['EVENTS', 'DEAD']) await jsm.streams.delete(name);
    expect(await provision(log.admin)).toEqual({ epoch, made: expect.arrayContaining(['EVENTS', 'DEAD', 'EVENTS.ledger']), changed: [] });
  });

  it('repairs no stream that differs: it names it', async () => {
    await remake('EVENTS', { discard: 'old' });
    await expect(provision(log.admin)).rejects.toMatchObject({ code: 'stream-differs' });
    expect(await found()).toEqual([{ what: 'EVENTS.discard', wanted: 'new', found: 'old' }]);
    await remake('EVENTS', {});
  });
});

it('treats a stream without information as neither missing nor correct', async () => {
  const replay = await connect(log.server.connection('replay')); // may ask for EVENTS alone
  await expect(inspectTopology(replay)).rejects.toMatchObject({ code: 'log-unreachable', context: { stream: 'COMMANDS' } });
  await replay.close();
});

it('provision gives EVENTS of an older log the subject of decisions on the ledger, keeps its commits, and takes no subject away', async () => {
  const older = ['ev.*.sale.*', 'ev.*.mint.*'];
  await remake('EVENTS', { subjects: older });
  await jetstream(log.admin).publish('ev.demo.sale.gala', '{}');
  const difference = { what: 'EVENTS.subjects', wanted: [...older, 'ev.*.ledger.*'], found: older };
  expect(await found()).toEqual([difference]);
  expect(await provision(log.admin)).toEqual({ epoch, made: expect.anything(), changed: [difference] });
  expect(await found()).toEqual([]);
  expect((await jsm.streams.info('EVENTS')).state).toMatchObject({ messages: 1 });
  const more = [...older, 'ev.*.ledger.*', 'other.>'];
  await remake('EVENTS', { subjects: more });
  await expect(provision(log.admin)).rejects.toMatchObject({ code: 'stream-differs' });
  expect((await jsm.streams.info('EVENTS')).config.subjects).toEqual(more);
  await remake('EVENTS', {});
});

describe('provision on an older installation', () => {
  const older = { ack_wait: SECOND * 10, max_ack_pending: 1_000 };
  const differing = [
    { what: 'TIMERS.sweeps.ack_wait', wanted: SECOND * 30, found: SECOND * 10 },
    { what: 'TIMERS.sweeps.max_ack_pending', wanted: 10_000, found: 1_000 },
  ];
  const sweeps = () => jsm.consumers.info('TIMERS', 'sweeps');
  afterEach(() => remakeConsumer('sweeps', {}));

  it('updates ack wait and max ack pending of a consumer that apps refuse, and keeps its position', async () => {
    await remakeConsumer('sweeps', older);
    const subjects = ['timer.due.demo.a', 'timer.due.demo.b'];
    for (const subject of subjects) await jetstream(log.admin).publish(subject, '{}');
    const [held] = await handedOut(1);
    held?.ack();
    await handedOut(1); // and not acknowledged
    const before = await waitForAck();
    expect(await found()).toEqual(differing);
    expect(await provision(log.admin)).toEqual({ epoch, made: [], changed: differing });
    expect(await found()).toEqual([]);
    const after = await sweeps();
    expect(after).toMatchObject({ created: before.created, ack_floor: before.ack_floor, num_ack_pending: 1, num_pending: 0 });
    expect(after.config).toEqual({ ...before.config, ack_wait: SECOND * 30, max_ack_pending: 10_000 });
    expect(await provision(log.admin)).toEqual({ epoch, made: [], changed: [] });
    await remake('TIMERS', {}); // as one that was never used
  });

  it.each<[string, Partial<ConsumerConfig>, Difference]>([
    [
      'what it gets to see',
      { filter_subject: 'timer.due.demo.*' },
      { what: 'TIMERS.sweeps.filter_subject', wanted: 'timer.due.>', found: 'timer.due.demo.*' },
    ],
    ['when it gives up', { max_deliver: 3 }, { what: 'TIMERS.sweeps.max_deliver', wanted: -1, found: 3 }],
  ])('does not change %s: it names it, both values', async (_, more, difference) => {
    await remakeConsumer('sweeps', { ...older, ...more });
    await expect(provision(log.admin)).rejects.toMatchObject({ code: 'stream-differs', context: { differences: [difference] } });
    expect((await sweeps()).config).toMatchObject(more);
  });

  const handedOut = async (count: number) => {
    const messages = await (await jetstream(log.admin).consumers.get('TIMERS', 'sweeps')).fetch({ max_messages: count });
    const taken: JsMsg[] = [];
    for await (const message of messages) taken.push(message);
    return taken;
  };

  async function waitForAck(): Promise<ConsumerInfo> {
    await waitFor(async () => (await sweeps()).ack_floor.consumer_seq === 1, { what: 'it is acknowledged', timeoutMs: WAIT_MS });
    return sweeps();
  }
});

describe('[L3] an app refuses a stream', () => {
  afterEach(async () => {
    for (const name of ['EVENTS', 'COMMANDS', 'MINTS']) await remake(name, {});
    expect(await found()).toEqual([]);
  });

  it.each<[string, Partial<StreamConfig>, Difference]>([
    ['EVENTS', { max_age: SECOND * 60 }, { what: 'EVENTS.max_age', wanted: 0, found: SECOND * 60 }],
    ['EVENTS', { max_msgs: 1_000 }, { what: 'EVENTS.max_msgs', wanted: -1, found: 1_000 }],
    ['EVENTS', { max_msgs_per_subject: 10 }, { what: 'EVENTS.max_msgs_per_subject', wanted: -1, found: 10 }],
    ['EVENTS', { discard: 'old' }, { what: 'EVENTS.discard', wanted: 'new', found: 'old' }],
    ['EVENTS', { allow_direct: true }, { what: 'EVENTS.allow_direct', wanted: false, found: true }],
    ['EVENTS', { deny_delete: false }, { what: 'EVENTS.deny_delete', wanted: true, found: false }],
    ['EVENTS', { deny_purge: false }, { what: 'EVENTS.deny_purge', wanted: true, found: false }],
    ['EVENTS', { deny_purge: false, allow_rollup_hdrs: true }, { what: 'EVENTS.allow_rollup_hdrs', wanted: false, found: true }],
    ['EVENTS', { storage: 'memory' }, { what: 'EVENTS.storage', wanted: 'file', found: 'memory' }],
    ['EVENTS', { retention: 'interest' }, { what: 'EVENTS.retention', wanted: 'limits', found: 'interest' }],
    [
      'EVENTS',
      { subjects: ['ev.>'] },
      { what: 'EVENTS.subjects', wanted: ['ev.*.sale.*', 'ev.*.mint.*', 'ev.*.ledger.*'], found: ['ev.>'] },
    ],
    ['EVENTS', { allow_msg_ttl: true }, { what: 'EVENTS.allow_msg_ttl', wanted: false, found: true }],
    ['EVENTS', { persist_mode: 'async' }, { what: 'EVENTS.persist_mode', wanted: false, found: 'async' }],
    ['EVENTS', { no_ack: true }, { what: 'EVENTS.no_ack', wanted: false, found: true }],
    [
      'EVENTS',
      { republish: { src: 'ev.>', dest: 'out.>' } },
      { what: 'EVENTS.republish', wanted: false, found: { src: 'ev.>', dest: 'out.>' } },
    ],
    ['EVENTS', { metadata: { [EPOCH]: 'another' } }, { what: 'COMMANDS.epoch', wanted: 'another', found: expect.any(String) }],
    ['COMMANDS', { metadata: { [EPOCH]: 'another' } }, { what: 'COMMANDS.epoch', wanted: expect.any(String), found: 'another' }],
    ['COMMANDS', { discard_new_per_subject: false }, { what: 'COMMANDS.discard_new_per_subject', wanted: true, found: undefined }],
    ['COMMANDS', { duplicate_window: SECOND }, { what: 'COMMANDS.duplicate_window', wanted: SECOND * 120, found: SECOND }],
    [
      'COMMANDS',
      { subject_transform: { src: 'cmd.*.*.*', dest: 'cmd.{{partition(4,1,2)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}' } },
      {
        what: 'COMMANDS.subject_transform',
        wanted: expect.anything(),
        found: expect.objectContaining({ dest: expect.stringContaining('(4,1,2)') }),
      },
    ],
    ['COMMANDS', { persist_mode: 'default' }, { what: 'COMMANDS.persist_mode', wanted: 'async', found: undefined }],
    ['COMMANDS', { persist_mode: 'default', storage: 'memory' }, { what: 'COMMANDS.storage', wanted: 'file', found: 'memory' }],
    ['COMMANDS', { retention: 'limits' }, { what: 'COMMANDS.retention', wanted: 'workqueue', found: 'limits' }],
    ['MINTS', { persist_mode: 'async' }, { what: 'MINTS.persist_mode', wanted: false, found: 'async' }],
    ['MINTS', { retention: 'limits' }, { what: 'MINTS.retention', wanted: 'workqueue', found: 'limits' }],
  ])('%s with %j', async (name, more, difference) => {
    await remake(name, more);
    expect(await found()).toContainEqual(difference);
  });

  it('that is missing, and names each', async () => {
    await jsm.streams.delete('MINTS');
    expect(await found()).toEqual([{ what: 'MINTS', wanted: 'to exist', found: 'missing' }]);
    await provision(log.admin);
  });

  it('without an epoch', async () => {
    await remake('EVENTS', { metadata: {} });
    expect(await found()).toContainEqual({ what: 'EVENTS.epoch', wanted: 'an epoch', found: undefined });
  });
});

describe('[L3] an app refuses a consumer', () => {
  it.each<[string, Partial<ConsumerConfig>, Difference]>([
    ['ledger', { ack_wait: SECOND }, { what: 'EVENTS.ledger.ack_wait', wanted: SECOND * 30, found: SECOND }],
    ['ledger', { max_deliver: 3 }, { what: 'EVENTS.ledger.max_deliver', wanted: -1, found: 3 }],
    ['ledger', { filter_subject: 'ev.demo.sale.*' }, { what: 'EVENTS.ledger.filter_subject', wanted: false, found: 'ev.demo.sale.*' }],
    ['ledger', { inactive_threshold: SECOND * 3_600 }, { what: 'EVENTS.ledger.inactive_threshold', wanted: false, found: SECOND * 3_600 }],
    ['ledger', { ack_policy: 'all' }, { what: 'EVENTS.ledger.ack_policy', wanted: 'explicit', found: 'all' }],
    ['sweeps', { backoff: [SECOND], max_deliver: 5 }, { what: 'TIMERS.sweeps.backoff', wanted: false, found: [SECOND] }],
    ['mint-requests', { deliver_policy: 'new' }, { what: 'EVENTS.mint-requests.deliver_policy', wanted: 'all', found: 'new' }],
    ['decider-2', { max_ack_pending: 1 }, { what: 'COMMANDS.decider-2.max_ack_pending', wanted: 4_096, found: 1 }],
    [
      'decider-2',
      { filter_subjects: ['cmd.32.>'] },
      { what: 'COMMANDS.decider-2.filter_subjects', wanted: expect.any(Array), found: ['cmd.32.>'] },
    ],
  ])('%s with %j', async (durable, more, difference) => {
    await remakeConsumer(durable, more);
    expect(await found()).toContainEqual(difference);
    await remakeConsumer(durable, {});
  });
});

it('accepts a consumer that was paused once', async () => {
  const [ledger] = CONSUMERS.filter(({ config }) => config.durable_name === 'ledger');
  if (ledger === undefined) throw new Error('there is no ledger');
  await jsm.consumers.pause(ledger.stream, 'ledger', new Date(Date.now() + 3_600_000));
  expect((await found()).map(({ what }) => what)).toEqual(['EVENTS.ledger.pause_until']);
  await jsm.consumers.resume(ledger.stream, 'ledger');
  expect(await found()).toEqual([]);
});

describe('[L3] a log that was used and lost a stream', () => {
  beforeAll(async () => {
    await jetstream(log.admin).publish('ev.demo.sale.used', '[]');
    await jsm.streams.delete('DEAD');
  });

  it('is not created by provision: no log begins beside an old one', async () => {
    await expect(provision(log.admin)).rejects.toMatchObject({
      code: 'stream-differs',
      context: { missing: ['DEAD'], used: expect.arrayContaining(['EVENTS']) },
    });
    await expect(jsm.streams.info('DEAD')).rejects.toThrow('not found');
  });

  it('is not sold on: the purchase app refuses to start, names what differs, and leaves no connection behind', async () => {
    const before = await connections();
    await expect(startSelling(log.server)).rejects.toMatchObject({
      code: 'stream-differs',
      context: { differences: expect.arrayContaining([{ what: 'DEAD', wanted: 'to exist', found: 'missing' }]) },
    });
    await waitFor(async () => (await connections()) === before, { what: 'its connections are closed', timeoutMs: WAIT_MS });
  });
});

async function connections(): Promise<number> {
  const { num_connections } = (await (await fetch(`${log.server.monitorUrl}/connz`)).json()) as { readonly num_connections: number };
  return num_connections;
}
