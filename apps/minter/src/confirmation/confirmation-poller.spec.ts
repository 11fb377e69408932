import { pino } from 'pino';
import { Fault } from '#shared/kernel/fault.js';
import type { Verdict, Watched } from '../chains/chain.js';
import { ConfirmationPoller, type Looked, SLICE } from './confirmation-poller.js';

const silent = pino({ level: 'silent' });
const POLL_MS = 1;
const running: { stop(): void }[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.stop();
});

const entry = (number: number, genesisHash = 'here', tenant = 'demo'): Looked => ({
  looking: false,
  tenant,
  watched: { plan: { genesisHash }, live: { signature: `${number}` } } as Watched,
});
const confirmed: Verdict = { kind: 'confirmed', signature: 's', slot: '1', supply: '1', holder: null };

/** Requests this many verdicts from the chain; resolves when each has one. */
function drain(count: number, look: (watched: readonly Watched[]) => Promise<readonly Verdict[]>) {
  const left = new Set(Array.from({ length: count }, (_, number) => entry(number)));
  let drained: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (drained = resolve));
  const rounds = new ConfirmationPoller<Looked>(
    { chain: { verdicts: look }, logger: silent, pollMs: POLL_MS },
    () => left,
    (each) => {
      left.delete(each);
      if (left.size === 0) drained();
    },
  );
  running.push(rounds);
  rounds.schedule();
  return { rounds, left, done };
}

describe('polling tracked attempts', () => {
  it.each([2, 3, 7])('drains 5,000 on a chain where every %ith call fails, with calls no larger than a slice', async (kth) => {
    let asked = 0;
    let largest = 0;
    const { done, rounds } = drain(5_000, async (watched) => {
      asked += 1;
      largest = Math.max(largest, watched.length);
      if (asked % kth === 0) throw new Fault('chain-unreachable', {});
      return watched.map(() => confirmed);
    });
    await done;
    expect(largest).toBe(SLICE);
    expect(asked).toBeGreaterThan(5_000 / SLICE);
    expect(rounds.trouble === undefined || rounds.trouble.code === 'chain-unreachable').toBe(true);
  });

  it('delays only its own slice when a call gets no response', async () => {
    let asked = 0;
    let swept: () => void = () => undefined;
    const othersDone = new Promise<void>((resolve) => (swept = resolve));
    const { left } = drain(4 * SLICE, async (watched) => {
      asked += 1;
      if (asked === 1) return new Promise(() => undefined);
      if (asked === 4) swept();
      return watched.map(() => confirmed);
    });
    await othersDone;
    await new Promise((resolve) => setImmediate(resolve));
    expect(left.size).toBe(SLICE);
  });

  it('polls less and less often without responses, and continues when there is one', async () => {
    const at: number[] = [];
    const { done, rounds } = drain(1, async (watched) => {
      at.push(performance.now());
      if (at.length < 9) throw new Fault('chain-unreachable', {});
      expect(rounds.trouble).toMatchObject({ code: 'chain-unreachable' });
      return watched.map(() => confirmed);
    });
    await done;
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(POLL_MS * 2 ** index - 1); // a timer may fire slightly early
    expect(rounds.trouble).toBeUndefined();
  });

  it('[L13] polls one attempt of each tenant in turn: the last tenant is in the first slice, whatever another has tracked', async () => {
    const many = Array.from({ length: 5_000 }, (_, number) => entry(number));
    const left = new Set([...many, entry(5_000, 'here', 'acme'), entry(5_001, 'here', 'acme')]);
    const first = await new Promise<readonly Watched[]>((resolve) => {
      const verdicts = (watched: readonly Watched[]): Promise<readonly Verdict[]> => {
        resolve(watched);
        return new Promise(() => undefined);
      };
      const rounds = new ConfirmationPoller<Looked>(
        { chain: { verdicts }, logger: silent, pollMs: POLL_MS },
        () => left,
        () => undefined,
      );
      running.push(rounds);
      rounds.schedule();
    });
    expect(first.map(({ live }) => live.signature).slice(0, 6)).toEqual(['0', '5000', '1', '5001', '2', '3']);
    expect(first).toHaveLength(SLICE);
  });
});
