import { connect, type NatsConnection } from '@nats-io/transport-node';
import { connected } from '../../apps/ledger/src/database/connect.js';
import type { EventsLog } from '../../apps/ledger/src/logs/events-log.js';
import { JetStreamEventsLog } from '../../apps/ledger/src/logs/jetstream.js';
import { ReplayLog } from '../../apps/ledger/src/logs/replay.js';
import { Projector } from '../../apps/ledger/src/projection/projector.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { LedgerStage, silent } from '../stages/ledger-stage.js';

/** Pulls expire after seconds, and some must before the replay gives up. */
const PULLS_EXPIRE_MS = 180_000;
const MAX_BATCH = 8;

const stage = LedgerStage.forTests('pull-ends');
let proxy: LossyProxy;
let last: number;
beforeAll(async () => {
  proxy = await stage.keep(LossyProxy.before(stage.nats.port));
  last = await stage.sell('demo', 'gala', 6);
});

const isPull = ({ line }: Frame): boolean => /^H?PUB app\.next /.test(line);
const isDelivery =
  (sequence: number) =>
  ({ line }: Frame): boolean =>
    new RegExp(`^H?MSG ev\\.demo\\..*\\$JS\\.ACK\\.EVENTS\\.replay\\.1\\.${sequence}\\.`).test(line);

/** By way of the proxy, and from the first commit on. */
async function throughProxy(): Promise<NatsConnection> {
  await stage.rewind();
  return connect({ ...stage.nats.connection('replay'), servers: proxy.url, reconnect: false });
}

async function read(connection: NatsConnection): Promise<number[]> {
  const sequences: number[] = [];
  try {
    for await (const batch of new ReplayLog(connection, '_INBOX.replay').until(last))
      sequences.push(...batch.map(({ sequence }) => sequence));
    return sequences;
  } finally {
    await connection.close();
  }
}

describe('a replay whose pull ends', () => {
  it(
    'pulls again when no status message arrived',
    async () => {
      const connection = await throughProxy();
      const lost = proxy.loseNext('up', isPull);
      expect(await read(connection)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      await lost;
    },
    PULLS_EXPIRE_MS,
  );

  it('names the commit that did not arrive before later ones, and does not report a log as broken that has it', async () => {
    const connection = await throughProxy();
    const lost = proxy.loseNext('down', isDelivery(3));
    await expect(read(connection)).rejects.toMatchObject({ code: 'log-unreachable', context: { wanted: 3, came: 4 } });
    await lost;
  });

  it(
    'gives up when the last one did not arrive, which does not come again',
    async () => {
      const connection = await throughProxy();
      const lost = proxy.loseNext('down', isDelivery(last));
      await expect(read(connection)).rejects.toMatchObject({ code: 'log-unreachable', context: { position: last - 1, last } });
      await lost;
    },
    PULLS_EXPIRE_MS,
  );

  it('reports a connection that is closed while it waits', async () => {
    const connection = await throughProxy();
    const reading = read(connection);
    const lost = proxy.loseNext('up', isPull).then(() => connection.close());
    await expect(reading).rejects.toMatchObject({ code: 'log-unreachable' });
    await lost;
  });
});

it("a projector whose pull ends without an error restarts from the ledger's position", async () => {
  const connection = await stage.nat('ledger');
  const log = await JetStreamEventsLog.on(connection, MAX_BATCH);
  const starts: number[] = [];
  const endsAfterOne: EventsLog = {
    state: () => log.state(),
    nextOf: (tenant, sequence) => log.nextOf(tenant, sequence),
    async *from(sequence, signal) {
      starts.push(sequence);
      for await (const batch of log.from(sequence, signal)) {
        yield batch;
        if (starts.length === 1) return;
      }
    },
  };
  const pool = stage.pool('projector');
  const stop = new AbortController();
  const ended = new Projector(() => connected(pool), endsAfterOne, silent).run(stop.signal);
  await stage.reaches(last);
  stop.abort();
  await ended;
  await connection.close();
  expect(starts).toHaveLength(2);
  expect(starts[1]).toBeGreaterThan(1);
});
