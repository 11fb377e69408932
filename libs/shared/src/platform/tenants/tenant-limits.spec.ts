import { TenantLimits } from './tenant-limits.js';
import { TenantRates } from './tenant-rates.js';

const unhurried = (): TenantRates => new TenantRates(1_000_000, 1_000_000);

describe('[L13] a tenant', () => {
  it('may have so many requests under way, and is told when to come again', () => {
    const limits = new TenantLimits(unhurried(), 2);
    expect([typeof limits.enter('demo'), typeof limits.enter('demo'), limits.enter('demo'), typeof limits.enter('acme')]).toEqual([
      'function',
      'function',
      1,
      'function',
    ]);
  });

  it('may ask again as soon as one is answered, for more in all than may be under way at once', () => {
    const limits = new TenantLimits(unhurried(), 2);
    for (let turn = 0; turn < 10; turn++) {
      const release = limits.enter('demo');
      expect(typeof release).toBe('function');
      (release as () => void)();
    }
    expect(limits.inFlight).toBe(0);
  });

  it('holds no slot for a request that came too fast', () => {
    const limits = new TenantLimits(new TenantRates(1, 1, () => 0), 2);
    const first = limits.enter('demo');
    for (let turn = 0; turn < 10; turn++) expect(limits.enter('demo')).toBe(1);
    expect(limits.inFlight).toBe(1);
    (first as () => void)();
    expect(limits.inFlight).toBe(0);
  });

  it('spends no token on a request for which there is no slot', () => {
    const limits = new TenantLimits(new TenantRates(1, 2, () => 0), 1);
    const first = limits.enter('demo');
    for (let turn = 0; turn < 10; turn++) expect(limits.enter('demo')).toBe(1);
    (first as () => void)();
    expect(typeof limits.enter('demo')).toBe('function');
  });
});
