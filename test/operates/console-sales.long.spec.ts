import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { threadMs } from '../harness/page-checks.js';
import { CHROMIUM, ConsoleStage } from '../stages/console-stage.js';

const TEST_MS = 300_000;
const LISTED = [
  ['tokyo', '5000', 'JPY'],
  ['gratis', '0', 'EUR'],
  ['unsold', '1500', 'KWD'],
] as const;
const ORDERS = 100;
/** Of the page's thread, when orders come one by one and each is drawn. */
const MAX_MS_PER_ORDER = 40;

const go = (page: Page, address: string): Promise<unknown> => page.evaluate(`location.hash = '#/${address}'`);

if (existsSync(CHROMIUM))
  describe('sales in the console', () => {
    const stage = ConsoleStage.forTests();

    it(
      'lists each sale with its revenue, of any currency, also if it is free or sold nothing',
      async () => {
        for (const [sale, amount, currency] of LISTED) {
          const body = { sale, name: sale, price: { amount, currency }, payment: 'none', mint: 'on-request', units: { quota: 10 } };
          expect(await stage.demo.ask('POST', '/v1/sales', { key: `open-${sale}`, body })).toMatchObject({ status: 201 });
        }
        const page = await stage.signedIn(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await page.getByRole('row', { name: 'unsold' }).getByText('0.000 KWD').waitFor();
        for (const sale of ['tokyo', 'gratis']) {
          const body = { buyer: 'b', quantity: 2, wallet: stage.wallet };
          expect(await stage.demo.ask('POST', `/v1/sales/${sale}/orders`, { key: `two-${sale}`, body })).toMatchObject({ status: 201 });
        }
        for (const [sale, text] of [
          ['tokyo', '10,000 JPY'],
          ['gratis', '0.00 EUR'],
        ] as const)
          await page.getByRole('row', { name: sale }).getByText(text, { exact: true }).waitFor();
        await page.getByRole('row', { name: 'gratis' }).getByRole('cell', { name: '2', exact: true }).waitFor();
        await go(page, 'sales/tokyo');
        await page.locator('.tile', { hasText: 'Revenue' }).getByText('10,000 JPY').waitFor();
        await page.context().close();
      },
      TEST_MS,
    );

    it(
      'follows orders in a hall of 20,000 seats with little work',
      async () => {
        const rows = Array.from({ length: 200 }, (_, row) => ({ row: `R${row + 1}`, from: 1, to: 100 }));
        const price = { amount: '5000', currency: 'EUR' };
        const body = { sale: 'arena', name: 'Arena', price, payment: 'none', mint: 'on-request', units: { rows } };
        expect(await stage.demo.ask('POST', '/v1/sales', { key: 'arena', body })).toMatchObject({ status: 201 });
        const page = await stage.signedIn(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await go(page, 'sales/arena');
        await page.getByRole('application', { name: 'Map of 20,000 seats' }).waitFor();
        await page.getByText('live', { exact: true }).waitFor();
        const used = await threadMs(page, async () => {
          for (let row = 1; row <= ORDERS; row += 1) await stage.place(`arena-${row}`, [`R${row}-7`], 'arena');
          await page.locator('.tile', { hasText: 'Sold' }).getByText(`${ORDERS}`, { exact: true }).waitFor();
        });
        expect(used / ORDERS).toBeLessThan(MAX_MS_PER_ORDER);
        await page.context().close();
      },
      TEST_MS,
    );
  });
else
  it('is not tried in a browser, which is not here', () => {
    process.stdout.write(`Sales are not shown in a browser: there is no ${CHROMIUM} (apt-get install chromium).\n`);
  });
