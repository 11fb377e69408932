import type { StoredMsg } from '@nats-io/jetstream';
import { mintSubject } from '#shared/event-store/event-store.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { LedgerStage, paying } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('stored-messages');
let messages: StoredMessages;
let last: number;

beforeAll(async () => {
  const write = (sale: string): Promise<number> => stage.append(mintSubject('demo', sale), paying(`ord_${sale}`));
  for (let n = 0; n < 100; n++) {
    await write('even');
    await write('other');
    if (n === 50) for (let burst = 0; burst < 200; burst++) last = await write('burst');
  }
  await write('burst');
  last = await write('once');
  messages = await StoredMessages.on(await stage.nat('operator'));
});

async function sequences(found: AsyncIterable<StoredMsg>): Promise<number[]> {
  const all: number[] = [];
  for await (const { seq } of found) all.push(seq);
  return all;
}

describe('everything on a subject, read in stretches', () => {
  it.each(['even', 'burst', 'once', 'none'])('is what reading one after the other finds, however it lies: %s', async (sale) => {
    const subject = mintSubject('demo', sale);
    const one = await sequences(messages.ofSubject('EVENTS', subject, last));
    for (const about of [0, 1, one.length, 10 * one.length, 1_000_000])
      expect([about, await sequences(messages.ofLongSubject('EVENTS', subject, last, about))]).toEqual([about, one]);
    expect(one).toHaveLength({ even: 100, burst: 201, once: 1, none: 0 }[sale] ?? -1);
  });

  it('ends with the last that was asked for', async () => {
    const subject = mintSubject('demo', 'burst');
    for (const end of [0, 1, 101, 102, 103, 120, 303, last - 1]) {
      const one = await sequences(messages.ofSubject('EVENTS', subject, end));
      expect([end, await sequences(messages.ofLongSubject('EVENTS', subject, end, 201))]).toEqual([end, one]);
    }
  });
});
