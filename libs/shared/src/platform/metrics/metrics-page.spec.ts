import { Gauge } from 'prom-client';
import { MetricsPage } from './metrics-page.js';
import { OTHER_TENANTS, TenantLabel } from './tenant-label.js';

describe('a page', () => {
  it('gathers once for concurrent scrapes', async () => {
    const page = new MetricsPage();
    let asked = 0;
    const gather = async (): Promise<void> => {
      asked += 1;
    };
    page.gathers({ part: 'it', gauges: [], gather });
    await Promise.all([page.text(), page.text(), page.text()]);
    expect(asked).toBe(1);
    await page.text();
    expect(asked).toBe(2);
  });

  it('omits values that cannot be read, reports that, and shows everything else', async () => {
    const page = new MetricsPage();
    const depth = new Gauge({ name: 'depth', help: 'of it', labelNames: ['of'], registers: [page.registry] });
    const plain = new Gauge({ name: 'plain', help: 'has no labels', registers: [page.registry] });
    let fails = false;
    page.gathers({
      part: 'it',
      gauges: [depth, plain],
      gather: async () => {
        if (fails) throw new Error('away');
        depth.set({ of: 'it' }, 7);
        plain.set(7);
      },
    });
    expect(await page.text()).toMatch(/^depth\{of="it"\} 7$/m);
    fails = true;
    const text = await page.text();
    expect(text).not.toMatch(/^(?:depth|plain)\b/m);
    expect(text).toMatch(/^admit_metrics_missing\{part="it"\} 1$/m);
    expect(text).toMatch(/^process_cpu_seconds_total /m);
  });

  it.each([
    ['', undefined, true],
    ['', 'Bearer anything', true],
    ['secret', undefined, false],
    ['secret', 'secret', false],
    ['secret', 'Bearer other', false],
    ['secret', 'Bearer secret', true],
  ])('with the token "%s" and the header %s permits access: %s', (token, authorization, admitted) => {
    expect(new MetricsPage(token).admits(authorization)).toBe(admitted);
  });

  it('counts redeliveries separately from first deliveries', async () => {
    const page = new MetricsPage();
    for (const deliveries of [1, 1, 2, 3]) page.countsDeliveries('MINTS', 'minter')(deliveries);
    const text = await page.text();
    expect(text).toContain('admit_deliveries_total{stream="MINTS",consumer="minter",delivery="first"} 2');
    expect(text).toContain('admit_deliveries_total{stream="MINTS",consumer="minter",delivery="again"} 2');
  });
});

it('[blockchain SC-9] gives a bounded number of tenants their own series, permanently, and one to the rest', () => {
  const label = new TenantLabel(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map((tenant) => label.of(tenant))).toEqual(['a', 'b', OTHER_TENANTS, 'a', OTHER_TENANTS, 'b']);
});
