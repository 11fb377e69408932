import type { Heard } from '../harness/caller.js';
import { Caller } from '../harness/caller.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { askUntilSettled, startAt, toldOf } from '../stages/crash-stage.js';
import { Log } from '../stages/selling.js';

const log = Log.forTests('lossy');
let proxy: LossyProxy;
let demo: Caller;
let late: Promise<Heard>;

const isCommand = ({ line }: Frame): boolean => line.startsWith('HPUB cmd.');
const isCommit = ({ line }: Frame): boolean => line.startsWith('HPUB ev.demo.sale.lossy ');
const isDelivery = ({ line, payload }: Frame): boolean => line.startsWith('HMSG ') && payload.includes('"key":"late"');
const isAckOf =
  (stream: string) =>
  ({ line, payload }: Frame) =>
    line.startsWith('MSG ') && payload.includes(`"stream":"${stream}"`) && payload.includes('"seq":');

beforeAll(async () => {
  proxy = await log.keep(LossyProxy.before(log.server.port));
  await log.keep(startAt(log.server, proxy.url));
  demo = await log.keep(Caller.of(log.server, 'demo'));
  await Promise.all([demo.open('lossy', { quota: 100 }), demo.open('late', { quota: 1 })]);
  const lost = proxy.loseNext('down', isDelivery);
  void proxy.loseNext('down', isDelivery); // the second time too: the broker redelivers after 5 s, just when its caller gets a 202
  late = demo.place('late', { quantity: 1 }, 'late'); // its decision takes as long as all tests but the last two
  await lost;
});

describe('[L10] an order of which a message between app and broker is lost', () => {
  it('is in process for concurrent repeats', async () => {
    expect(await demo.place('late', { quantity: 1 }, 'late')).toMatchObject({
      status: 409,
      retryAfter: '1',
      body: { code: 'in-progress' },
    });
  });

  it('[minting DL6] [blockchain SC-6] [blockchain SC-7] is asked to come again when its command never arrived, and nothing was stored', async () => {
    const before = await log.lastSequences();
    const lost = proxy.loseNext('up', isCommand);
    const response = await demo.place('lossy', { quantity: 1 }, 'never-arrived');
    await lost;
    expect(response).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'log-unreachable' } });
    expect(await log.lastSequences()).toEqual(before);
    expect(await demo.place('lossy', { quantity: 1 }, 'never-arrived')).toMatchObject({ status: 201, replayed: false });
  });

  it.each(['COMMANDS', 'EVENTS'])('is found in the log when the broker’s answer was lost that %s has it', async (stream) => {
    const lost = proxy.loseNext('down', isAckOf(stream));
    const response = await demo.askUntilSettled('order.place', { sale: 'lossy', buyer: 'b-1', quantity: 1 }, stream); // 202 on a machine that stood still
    await lost;
    expect([response.status, (await demo.place('lossy', { quantity: 1 }, stream)).text]).toEqual([201, response.text]);
  });

  it('[blockchain SC-7] is accepted when its decision is late, and returns its answer when it is repeated', async () => {
    const { status, retryAfter, body } = await late;
    expect({ status, retryAfter, body }).toEqual({
      status: 202,
      retryAfter: '1',
      body: { status: 'in-process', sale: 'late', order: expect.stringMatching(/^ord_/) },
    });
    expect(await askUntilSettled(demo, 'late', { quantity: 1, buyer: 'b-1' }, 'late')).toMatchObject({
      status: 201,
      replayed: true,
      body: { order: body.order },
    });
  });

  it('[L3] [blockchain SC-2] is answered when its commit is in the log, not before', async () => {
    const lost = proxy.loseNext('up', isCommit);
    const response = demo.place('lossy', { quantity: 1 }, 'commit');
    await lost;
    const { status, body } = await response;
    expect([status, (await toldOf(log, 'lossy')).orders]).toEqual([201, expect.arrayContaining([body.order])]);
  });

  it('[L1] is one order in each case', async () => {
    expect(await toldOf(log, 'lossy')).toMatchObject({ decisions: { length: 4 }, units: ['1', '2', '3', '4'] });
    expect(await toldOf(log, 'late')).toMatchObject({ decisions: { length: 1 }, units: ['1'] });
  });
});
