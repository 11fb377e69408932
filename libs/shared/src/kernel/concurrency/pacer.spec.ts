import { Pacer } from './pacer.js';

const PER_SECOND = 200;
/** A clock that only the waiting moves. */
class Clock {
  ms = 1_000;
  readonly waits: number[] = [];
  isBusy = true;
  readonly pacer = new Pacer(
    () => this.isBusy,
    PER_SECOND,
    () => this.ms,
    async (ms) => {
      this.waits.push(ms);
      this.ms += ms;
    },
  );

  async turns(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.pacer.turn()));
  }
}

describe('a pacer', () => {
  it('lets all work begin at once while the app is idle', async () => {
    const clock = new Clock();
    clock.isBusy = false;
    await clock.turns(1_000);
    expect(clock.waits).toEqual([]);
  });

  it('lets work begin at its rate while the app is busy, the first at once', async () => {
    const clock = new Clock();
    await clock.turns(PER_SECOND + 1);
    expect(clock.ms).toBe(2_000);
    expect(clock.waits).toHaveLength(PER_SECOND);
  });

  it('keeps the rate where the app has nothing to do for a moment, and gives it up after a tenth of a second', async () => {
    const clock = new Clock();
    await clock.turns(1);
    clock.isBusy = false;
    clock.ms += 50;
    await clock.turns(3);
    expect(clock.waits).toEqual([5, 5]);
    clock.ms += 50;
    await clock.turns(100);
    expect(clock.waits).toHaveLength(2);
  });

  it('saves up no work from a time that it was not asked', async () => {
    const clock = new Clock();
    await clock.turns(2);
    clock.ms += 10_000;
    await clock.turns(3);
    expect(clock.waits).toEqual([5, 5, 5]);
  });

  it('lets work begin in the order of the calls', async () => {
    const clock = new Clock();
    const begun: number[] = [];
    await Promise.all([1, 2, 3].map((work) => clock.pacer.turn().then(() => begun.push(work))));
    expect(begun).toEqual([1, 2, 3]);
  });
});
