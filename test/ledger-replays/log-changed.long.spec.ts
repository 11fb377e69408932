import { type JetStreamManager, jetstream, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isFault } from '#shared/kernel/fault.js';
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { type LedgerWitness, readLedgerWitness } from '../../apps/cli/src/log/ledger-witness.js';
import { verifyLog } from '../../apps/cli/src/log/verify-log.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const CHANGES = 100;
const LONG_MS = 300_000;

interface Stored {
  readonly subject: string;
  readonly body: Buffer;
}

const stage = LedgerStage.forTests('log-changed');
let admin: NatsConnection;
let operator: NatsConnection;
let jsm: JetStreamManager;
let config: StreamConfig;
let witness: LedgerWitness;
const original: Stored[] = [];

beforeAll(async () => {
  await stage.projects(async () => {
    await stage.sell('demo', 'gala', 9);
    return stage.sell('acme', 'fair', 4);
  });
  [admin, operator] = [await stage.nat('provision'), await stage.nat('operator')];
  jsm = await jetstreamManager(admin);
  const info = await jsm.streams.info('EVENTS');
  config = info.config;
  for (let seq = 1; seq <= info.state.last_seq; seq++) {
    const message = await jsm.streams.getMessage('EVENTS', { seq });
    original.push({ subject: message!.subject, body: Buffer.from(message!.data) });
  }
  witness = await readLedgerWitness(stage.urls.replay);
}, LONG_MS);

/** Replaces EVENTS by another stream with the same messages, except for the change under test. */
async function remake(stored: readonly Stored[]): Promise<void> {
  await jsm.streams.delete('EVENTS');
  await jsm.streams.add({ ...config, name: 'EVENTS' });
  for (const { stream, config: wanted } of CONSUMERS)
    if (stream === 'EVENTS' && wanted.durable_name === 'replay') await jsm.consumers.add(stream, wanted);
  const js = jetstream(admin);
  const published = stored.map(({ subject, body }) => js.publish(subject, body));
  expect((await Promise.all(published)).map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
}

const verify = () => verifyLog(operator, witness, () => undefined);

/** The sequences that a replay names. */
async function replayNames(): Promise<unknown[]> {
  try {
    const { difference, halted } = await stage.replay();
    return [difference?.sequence, ...halted.map(({ sequence }) => sequence)];
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    return [thrown.context.sequence, (thrown.context.after as { sequence?: number } | undefined)?.sequence];
  }
}

/** The same hundred changes every time: every commit has its turn, at bytes from all over it. */
const changes = Array.from({ length: CHANGES }, (_, n) => ({ n, byte: n * 7919, flip: 1 << (n % 7) }));

it(
  '[L3] one byte of one commit changed: both log verify and replay name that commit, 100 of 100',
  async () => {
    const named = { verify: 0, replay: 0 };
    for (const { n, byte, flip } of changes) {
      const victim = (n % original.length) + 1;
      const changed = original.map(({ subject, body }, index) => {
        const bytes = Buffer.from(body);
        if (index + 1 === victim) bytes[byte % bytes.length]! ^= flip;
        return { subject, body: bytes };
      });
      await remake(changed);
      const { findings } = await verify();
      if (findings.length === 1 && findings[0]?.sequence === victim) named.verify++;
      if ((await replayNames()).includes(victim)) named.replay++;
    }
    expect(named).toEqual({ verify: CHANGES, replay: CHANGES });
  },
  LONG_MS,
);

it('[L3] names the commits that a log lost: in the middle, at its beginning, at its end', async () => {
  await remake(original);
  expect((await verify()).findings).toEqual([]);
  const lost = original.filter((_, index) => index !== 4);
  await remake(lost);
  expect((await verifyLog(operator, undefined, () => undefined)).findings[0]).toMatchObject({
    sequence: 5,
    what: expect.stringMatching(/version 5 after version 3/),
  });
  await remake(original.slice(0, -1));
  expect((await verify()).findings).toMatchObject([
    { sequence: 0, what: `ends at sequence ${original.length - 1}; the ledger has seen ${original.length}` },
    { what: expect.stringContaining('was seen and is missing') },
  ]);
  await jsm.streams.delete('EVENTS');
  await jsm.streams.add({ ...config, name: 'EVENTS', deny_delete: false, deny_purge: false });
  const js = jetstream(admin);
  for (const { subject, body } of original) await js.publish(subject, body);
  await jsm.streams.deleteMessage('EVENTS', 3);
  await jsm.streams.purge('EVENTS', { seq: 2 });
  expect((await verify()).findings.slice(0, 2)).toMatchObject([
    { sequence: 0, what: 'has lost its beginning: sequence 1 is gone' },
    { sequence: 2, what: expect.stringContaining('version') },
  ]);
  expect((await verify()).findings).toContainEqual({ sequence: 3, subject: '', what: 'is missing: nothing is stored under this number' });
});
