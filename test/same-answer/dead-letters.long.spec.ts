import { randomUUID } from 'node:crypto';
import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { DeadLetterQueue } from '#shared/platform/operator/dead-letter-queue.js';
import { Redrive } from '#shared/platform/operator/redrive.js';
import { OPERATIONS } from '../../apps/purchase/src/operations/operations.js';
import { admit, operatorOf } from '../harness/admit.js';
import { Caller, type Heard } from '../harness/caller.js';
import { commandsSettled, toldOf } from '../stages/crash-stage.js';
import { becomesPending, heldDeciders } from '../stages/held-deciders.js';
import { Log, startSelling } from '../stages/selling.js';

/** For a decision that does not come. */
const SOON_MS = 1_000;
const log = Log.forTests('dead-letters');
let demo: Caller;
let operator: NatsConnection;
let jsm: JetStreamManager;
let box: DeadLetterQueue;

const cli = (...args: string[]) => admit(operatorOf(log.server), 'dead', ...args);
const redriving = async () => Redrive.on(operator, box);

/** A version of the service that chokes on the orders of one buyer. */
const choking = OPERATIONS['order.place'] as { decide: (typeof OPERATIONS)['order.place']['decide'] };
const sound = choking.decide;
const breakDown = (): void => {
  choking.decide = (sale, command, at) => {
    if (JSON.stringify(command.request).includes('unlucky')) throw new Error('this version cannot decide that');
    return sound(sale, command, at);
  };
};
const repair = (): void => {
  choking.decide = sound;
};

/** A dead-lettered order, and the number of its entry. */
async function deadLettered(sale: string, key: string = randomUUID()): Promise<number> {
  breakDown();
  expect(await demo.place(sale, { quantity: 1, buyer: 'unlucky' }, key)).toMatchObject({ status: 503, body: { code: 'dead-lettered' } });
  return (await jsm.streams.info('DEAD')).state.last_seq;
}
const again = (sale: string, key: string): Promise<Heard> =>
  demo.askUntilSettled('order.place', { sale, buyer: 'unlucky', quantity: 1 }, key);

beforeAll(async () => {
  await log.keep(startSelling(log.server));
  demo = await log.keep(Caller.of(log.server, 'demo'));
  operator = await log.keep(connect(log.server.connection('operator')));
  jsm = await jetstreamManager(log.admin);
  box = await DeadLetterQueue.on(operator);
});
afterEach(repair);

it('[L6] lets an operator list a dead letter, repair its cause, and redrive it: then its key has its answer', async () => {
  expect(await cli('ls')).toEqual({ code: 0, out: 'no dead letters\n', error: '' });
  await demo.open('cured', { quota: 10 });
  const dead = await deadLettered('cured', 'cured-key');
  const listed = await cli('ls');
  expect([listed.code, listed.out]).toEqual([
    1,
    expect.stringMatching(/COMMANDS.*demo.*cmd\.\d+\.demo\.cured\..*this version cannot decide/),
  ]);
  expect((await cli('ls', '--tenant', 'acme')).code).toBe(0);
  const shown = await cli('show', `${dead}`);
  expect(shown.out).toMatch(/tries +1\n/);
  expect(shown.out).toMatch(/headers +\{"Nats-Msg-Id":"demo:cured:/);
  expect(shown.out).toMatch(/"buyer":"unlucky"/);
  expect(JSON.parse((await cli('show', `${dead}`, '--json')).out)).toMatchObject({ number: dead, stream: 'COMMANDS', deliveries: 1 });

  repair();
  expect(await cli('redrive', '--all')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+ {2}redriven {2}decided: 201\n$/) });
  const answer = await again('cured', 'cured-key');
  expect(answer).toMatchObject({ status: 201, replayed: true });
  expect(await cli('ls')).toMatchObject({ code: 0, out: 'no dead letters\n' });
  expect((await cli('ls', '--all')).out).toMatch(/redriven/);

  const before = await log.lastSequences();
  expect(await cli('redrive', `${dead}`)).toMatchObject({ code: 0, out: expect.stringContaining('redriven already') });
  expect(await log.lastSequences()).toEqual(before);
});

it('[L4] does nothing twice when it is redriven by two at once, or again after a crash', async () => {
  await demo.open('crashed', { quota: 10 });
  const keys = ['by-two', 'after-publish'];
  const deadLetters = [];
  for (const key of keys) deadLetters.push(await deadLettered('crashed', key));
  const [byTwo = 0, afterPublish = 0] = deadLetters;
  repair();
  const run = await redriving();
  const both = await Promise.all([1, 2].map(async () => run.run((await box.find(byTwo))!)));
  expect(both).toContainEqual({ outcome: 'redriven', note: 'decided: 201' });
  expect((await box.find(byTwo))?.closed).toMatchObject({ how: 'redriven', note: 'decided: 201' });

  const dying = Object.assign(Object.create(box) as DeadLetterQueue, { close: () => Promise.reject(new Error('the process died')) });
  await expect((await Redrive.on(operator, dying)).run((await box.find(afterPublish))!)).rejects.toThrow('died');
  expect((await box.find(afterPublish))?.closed).toBeUndefined();
  expect(await run.run((await box.find(afterPublish))!)).toEqual({ outcome: 'redriven', note: 'decided: 201' });

  for (const key of keys) expect((await again('crashed', key)).status).toBe(201);
  expect((await toldOf(log, 'crashed')).orders).toHaveLength(keys.length);
});

it('[L3] stays open until it is decided: COMMANDS may lose the copy, and a decider may fail again', async () => {
  await demo.open('lost', { quota: 10 });
  const dead = await deadLettered('lost', 'lost-key');
  const refused = { outcome: 'refused', note: expect.stringContaining('the decision failed again (503)') };
  expect(await (await redriving()).run((await box.find(dead))!)).toEqual(refused);
  repair();
  const release = await heldDeciders(log);
  const impatient = await Redrive.on(operator, box, SOON_MS);
  const running = impatient.run((await box.find(dead))!);
  await becomesPending(log, 'lost-key');
  await jsm.streams.purge('COMMANDS');
  await release();
  expect(await running).toEqual({ outcome: 'refused', note: expect.stringContaining('no decision arrived in time') });
  expect((await box.find(dead))?.closed).toBeUndefined();
  expect(await (await redriving()).run((await box.find(dead))!)).toEqual({ outcome: 'redriven', note: 'decided: 201' });
  expect(await box.list({ closed: false })).toEqual([]);
});

it('[L4] recognises that the caller was faster with the same request, and refuses to replace it by another', async () => {
  await demo.open('taken', { quota: 10 });
  const [same, other] = [await deadLettered('taken', 'same'), await deadLettered('taken', 'other')];
  repair();
  const js = jetstream(log.admin); // a caller behind another process, after the broker forgot the key
  const send = async (entry: number, more: object): Promise<void> => {
    const { subject, original } = (await box.find(entry))!;
    const command = JSON.parse(Buffer.from(original, 'base64').toString('utf8')) as object;
    const asked = JSON.stringify({ ...command, reply: '_INBOX.purchase.elsewhere', ...more });
    await js.publish(subject.replace(/^cmd\.\d+\./, 'cmd.'), asked);
  };
  const release = await heldDeciders(log);
  await send(same, {});
  const inWork = { outcome: 'refused', note: 'a request with its key is being decided; run this again' };
  expect(await (await redriving()).run((await box.find(same))!)).toEqual(inWork);
  await release();
  await commandsSettled(log);
  expect(await (await redriving()).run((await box.find(same))!)).toMatchObject({ outcome: 'redriven' });

  await send(other, { fingerprint: 'of another body' });
  await commandsSettled(log);
  const ran = await cli('redrive', `${other}`);
  expect([ran.code, ran.out]).toEqual([1, expect.stringContaining('another request used its key')]);
  expect((await cli('drop', `${other}`, '--reason', 'its caller was answered by hand')).out).toBe(`${other}  dropped\n`);
  expect((await cli('drop', `${other}`, '--reason', 'again')).out).toContain('dropped already: its caller was answered by hand');
  expect((await cli('redrive', `${other}`)).out).toContain('dropped already');
  expect((await cli('ls')).code).toBe(0);
});

it("redrives a mint command to MINTS with its headers, after the broker's duplicate window", async () => {
  const msgID = 'mint:demo:tkt_x:1';
  await jetstream(log.admin).publish('mint.demo.tkt_x.1', '{"name":42}', { msgID });
  const { seq } = (await jsm.streams.getMessage('MINTS', { last_by_subj: 'mint.demo.tkt_x.1' }))!;
  const delivery = {
    subject: 'mint.demo.tkt_x.1',
    sequence: seq,
    deliveries: 3,
    storedAt: 1_800_000_000_000,
    body: Buffer.from('{"name":42}'),
    header: () => undefined,
    headers: () => ({ 'Nats-Msg-Id': msgID, traceparent: '00-trace' }),
    working: () => undefined,
    settle: () => undefined,
  };
  await new DeadLetters(log.admin).deadLetter('MINTS', delivery, 'command-unreadable');
  await jsm.streams.deleteMessage('MINTS', seq); // the effect of the minter's term
  const dead = (await jsm.streams.info('DEAD')).state.last_seq;
  expect((await cli('redrive', `${dead}`)).code).toBe(0);
  const back = await jsm.streams.getMessage('MINTS', { last_by_subj: 'mint.demo.tkt_x.1' });
  expect([back?.string(), back?.header.get('traceparent'), back?.header.get('Nats-Msg-Id')]).toEqual([
    '{"name":42}',
    '00-trace',
    `redrive:${dead}`,
  ]);
});

it.each([
  [['show', 'first'], /named by its number/],
  [['show', '999999'], /there is no entry 999999/],
  [['redrive', '999999'], /there is no entry 999999; nothing was sent/],
  [['redrive'], /name the entries, or use --all/],
  [['redrive', '1', '--all'], /name the entries, or use --all/],
  [['drop', '1'], /--reason/],
  [['bury'], /unknown command/],
])('names the error in %j, and ends with 2', async (args, said) => {
  expect(await cli(...args)).toEqual({ code: 2, out: '', error: expect.stringMatching(said) });
});
