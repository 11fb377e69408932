import { WaitingBound } from './waiting-bound.js';

const LIMITS = { longestMs: 2_000, least: 100, most: 4_000 };

/** A clock and a bound; simulates a number of served requests a second for a time. */
class Served {
  private now = 0;
  readonly bound = new WaitingBound(LIMITS, () => this.now);

  at(perSecond: number, forMs: number, waiting = 1_000): number {
    const every = 1_000 / perSecond;
    for (const end = this.now + forMs; this.now + every <= end; ) {
      this.now += every;
      this.bound.served(waiting);
    }
    return this.bound.size;
  }

  pass(ms: number): number {
    this.now += ms;
    return this.bound.size;
  }
}

describe('[L10] requests may wait', () => {
  it('up to the maximum before the rate is known: a sudden rush', () => {
    expect(new Served().bound.size).toBe(4_000);
    expect(new Served().at(300, 400)).toBe(4_000);
  });

  it.each([
    [1_000, 2_000],
    [300, 600],
    [10_000, 4_000],
    [10, 100],
  ])('up to the number served in two seconds at %i a second: %i', (perSecond, size) => {
    const bound = new Served().at(perSecond, 3_000);
    expect(Math.abs(bound - size)).toBeLessThanOrEqual(size / 50);
  });

  it('in smaller number within a second after everything became slower', () => {
    const served = new Served();
    served.at(1_000, 3_000);
    expect(served.at(200, 1_100)).toBeLessThan(500);
  });

  it('up to the minimum once none is served any more', () => {
    const served = new Served();
    served.at(1_000, 3_000);
    served.pass(600);
    expect(served.pass(600)).toBe(100);
  });

  it('up to the maximum again once few wait: their rate is that of the demand', () => {
    const served = new Served();
    served.at(200, 3_000);
    expect(served.at(10, 1_000, 5)).toBe(4_000);
  });
});
