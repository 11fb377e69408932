import { followPages } from './event-pages.js';
import type { TenantEvent } from './events.js';
import type { Events, ListEvents } from './operations.js';
import type { Outcome } from './outcome.js';
import { DEFAULT_RETRY_POLICY } from './retry-policy.js';

const event = (number: number) => ({
  ...{ cursor: `c${number}`, specversion: '1.0' as const, id: `${number}.0`, source: '/demo/sale/gala', type: 'admit.OrderPlaced.v3' },
  ...{ time: '2027-01-01T00:00:00.000Z', data: {} },
});
const page = (numbers: readonly number[], next: string, more = false): Outcome<Events> => ({
  ...{ outcome: 'done', replayed: false, value: { events: numbers.map(event), next, more } },
});
const LOST: Outcome<Events> = { outcome: 'unknown', reason: 'no answer in time' };

/** Answers with one page after another, and remembers what was asked and how long it was waited. */
async function follow(pages: readonly Outcome<Events>[], count: number, options: { readonly after?: string; readonly from?: 'now' } = {}) {
  const [asked, waits, taken]: [ListEvents[], number[], TenantEvent[]] = [[], [], []];
  const left = [...pages];
  const clock = { now: () => 0, random: () => 1, wait: async (ms: number) => void waits.push(ms) };
  const ask = async (body: ListEvents): Promise<Outcome<Events>> => {
    asked.push(body);
    return left.shift() ?? page([], 'end');
  };
  for await (const one of followPages(ask, options, DEFAULT_RETRY_POLICY, clock)) if (taken.push(one) === count) break;
  return { asked, waits, ids: taken.map(({ id }) => id) };
}

it('asks for the next page at once while there is more, and after a pause at the end of the log', async () => {
  const { asked, waits, ids } = await follow([page([1, 2], 'c2', true), page([3], 'c3'), page([], 'c3'), page([4], 'c4')], 4);
  expect(ids).toEqual(['1.0', '2.0', '3.0', '4.0']);
  expect(asked).toEqual([{ limit: 500 }, ...['c2', 'c3', 'c3'].map((after) => ({ after, limit: 500 }))]);
  expect(waits).toEqual([500, 500]);
});

it('asks for the same page again when there was no answer, and pauses longer each time', async () => {
  const { asked, waits, ids } = await follow([page([1], 'c1', true), LOST, LOST, page([2], 'c2')], 2);
  expect(ids).toEqual(['1.0', '2.0']);
  expect(asked.map(({ after }) => after)).toEqual([undefined, 'c1', 'c1', 'c1']);
  expect([waits.length, (waits[1] ?? 0) > (waits[0] ?? 0)]).toEqual([2, true]);
});

it('begins after a cursor, or now', async () => {
  expect((await follow([page([9], 'c9')], 1, { after: 'c8' })).asked).toEqual([{ after: 'c8', limit: 500 }]);
  expect((await follow([page([], 'c8'), page([9], 'c9')], 1, { from: 'now' })).asked).toEqual([
    { from: 'now', limit: 500 },
    { after: 'c8', limit: 500 },
  ]);
});

it('throws what the service refuses', async () => {
  const problem = { type: 'about:blank', title: 'Unknown', status: 404, code: 'cursor-unknown' };
  await expect(follow([{ outcome: 'refused', replayed: false, problem }], 1)).rejects.toMatchObject({ name: 'RequestRejected', problem });
});
