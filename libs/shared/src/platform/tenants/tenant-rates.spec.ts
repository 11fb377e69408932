import { TenantRates } from './tenant-rates.js';

describe('a tenant may ask', () => {
  it('a burst at once, then at its rate, and gets a retry time', () => {
    let now = 0;
    const rates = new TenantRates(10, 5, () => now);
    expect(Array.from({ length: 7 }, () => rates.take('demo'))).toEqual([0, 0, 0, 0, 0, 1, 1]);
    now = 100;
    expect([rates.take('demo'), rates.take('demo')]).toEqual([0, 1]);
    now = 60_000;
    expect(Array.from({ length: 6 }, () => rates.take('demo'))).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('independently of other tenants', () => {
    const rates = new TenantRates(1, 1, () => 0);
    expect(['demo', 'demo', 'acme', 'acme'].map((tenant) => rates.take(tenant))).toEqual([0, 1, 0, 1]);
  });

  it('again after some seconds at a slow rate', () => {
    const rates = new TenantRates(0.1, 1, () => 0);
    expect([rates.take('demo'), rates.take('demo')]).toEqual([0, 10]);
  });
});
