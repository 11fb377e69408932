import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { APPS, clientSettings, OTHER_TENANT } from '../../dev/stack/wiring.js';
import { nameless, tooWide } from '../harness/page-checks.js';
import { WebhookReceiver } from '../harness/webhook-receiver.js';
import { CHROMIUM, ConsoleStage, SALE, SIZES } from '../stages/console-stage.js';

const STARTS_MS = 240_000;
/** Some pages one after the other, on such a machine. */
const TEST_MS = 300_000;
/** Rows of a hall are not all as long. */
const ROWS = [20, 18, 20];
/** A page is shown as if it were so much later: mints are late after a minute. */
const LATER_MS = 120_000;

const go = (page: Page, address: string): Promise<unknown> => page.evaluate(`location.hash = '#/${address}'`);
const sold = (page: Page, count: number) => page.locator('.tile', { hasText: 'Sold' }).getByText(`${count}`, { exact: true }).waitFor();

if (existsSync(CHROMIUM))
  describe('the console in a browser', () => {
    const stage = ConsoleStage.forTests();
    let order = '';

    beforeAll(async () => {
      const rows = ROWS.map((to, row) => ({ row: `R${row + 1}`, seats: [{ from: 1, to }] }));
      const body = {
        sale: SALE,
        name: 'Evening',
        price: { amount: '5000', currency: 'EUR' },
        payment: 'none',
        mint: 'on-confirm',
        units: { rows },
      };
      expect(await stage.demo.ask('POST', '/v1/sales', { key: 'open', body })).toMatchObject({ status: 201 });
    }, STARTS_MS);

    it(
      'shows a real purchase without a reload, and follows it from the command to the minted asset',
      async () => {
        const page = await stage.signedIn(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await page.getByRole('link', { name: SALE }).click();
        await sold(page, 0);
        await page.getByText('live', { exact: true }).waitFor();
        await page.evaluate('window.isSamePage = true');
        const placed = await stage.place('first', ['R1-1', 'R1-2']);
        expect(placed.status).toBe(201);
        order = String(placed.body.order);
        await sold(page, 2);
        await page.getByText('100.00 EUR').first().waitFor();
        await page.getByText('The same as a table').click();
        await page.locator('details select').selectOption('sold');
        await page.getByText('2 found').waitFor();
        await page.getByRole('link', { name: 'buyer-first' }).click();
        for (const text of ['order.place', 'OrderPlaced', 'OrderConfirmed', 'MintPlanned', 'MintSubmitted', 'MintCompleted'])
          await page.getByRole('heading', { name: text }).first().waitFor();
        await page.getByRole('cell', { name: 'minted' }).first().waitFor();
        await page.getByText('mint-requests').first().waitFor();
        const text = await page.locator('main').innerText();
        expect(text.match(/hash\s*[0-9a-f]{8}…/g)?.length).toBeGreaterThanOrEqual(4);
        expect(await page.content()).not.toContain('"transaction"');
        expect(await page.evaluate('window.isSamePage')).toBe(true);
        await page.context().close();
      },
      TEST_MS,
    );

    it(
      'shows a tenant nothing of another, and no page of operators',
      async () => {
        const page = await stage.signedIn(clientSettings(stage.stack.wiring, OTHER_TENANT).ADMIT_API_KEY ?? '');
        await page.getByText('This tenant has no sale yet').waitFor();
        for (const [address, text] of [
          [`sales/${SALE}`, 'no such sale'],
          [`orders/${order}`, 'no order'],
        ] as const) {
          await go(page, address);
          await page.getByRole('alert').first().waitFor();
          expect((await page.locator('main').innerText()).toLowerCase()).toMatch(new RegExp(text));
          expect(await page.content()).not.toMatch(/buyer-first|R1-1/);
        }
        for (const address of ['orders', 'mints', 'ledger', 'webhooks', 'health', 'tenants']) {
          await go(page, address);
          await page.locator('main .note, main .tiles').first().waitFor();
          expect(await page.content()).not.toMatch(/buyer-first|evening/);
        }
        expect(await page.getByRole('navigation').innerText()).not.toMatch(/Tenants|Dead letters|Replay|Health/);
        await page.context().close();
      },
      TEST_MS,
    );

    it(
      'redrives a dead letter, whose order is then sold, and drops another with its reason',
      async () => {
        await stage.deadLetter('dead-1', 'R2-1');
        await stage.deadLetter('dead-2', 'R2-2');
        const page = await stage.operating();
        await page.getByRole('link', { name: 'Dead letters' }).click();
        await page.getByText('a test set it aside: dead-1').waitFor();
        await page.getByRole('button', { name: 'Redrive entry 1' }).click();
        await page.getByText('Entry 1: redriven. decided: 201').waitFor();
        await page.getByRole('button', { name: 'Drop entry 2' }).click();
        await page.getByLabel('Why is it not sent again?').fill('the buyer called');
        await page.getByRole('button', { name: 'Drop', exact: true }).click();
        await page.getByText('Entry 2: dropped. the buyer called').waitFor();
        await page.getByText('There are no dead letters.').waitFor();
        await go(page, `sales/${SALE}`);
        await sold(page, 3);
        await page.context().close();
      },
      TEST_MS,
    );

    it(
      'shows why a mint waits, and shows it minted when the minter is back',
      async () => {
        const minter = stage.stack.part('minter');
        await minter.stop();
        const { body } = await stage.place('waits', ['R3-5']);
        const page = await stage.operating();
        await page.clock.setFixedTime(Date.now() + LATER_MS);
        await go(page, 'mints');
        await page.getByText('Mints wait for more than a minute').waitFor();
        await page.getByText('The minter does not respond.').waitFor();
        await page.getByRole('row', { name: 'R3-5' }).getByRole('link', { name: 'timeline' }).click();
        await page.getByText('R3-5: the mint waits for more than a minute').waitFor();
        await page.getByText('The minter does not respond.').waitFor();
        const other = await stage.signedIn(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await go(other, `orders/${body.order}`);
        await minter.start();
        await page.getByRole('row', { name: 'R3-5' }).getByText('minted', { exact: true }).waitFor();
        await page.getByText('the mint waits').waitFor({ state: 'detached' });
        await other.getByRole('button', { name: 'Receipt of R3-5' }).click();
        await other.getByRole('region', { name: 'Receipt' }).getByText('"asset"').waitFor();
        for (const one of [page, other]) await one.context().close();
      },
      TEST_MS,
    );

    it(
      'adds an endpoint of webhooks, shows its secret once, and redelivers what was set aside',
      async () => {
        const receiver = await stage.receiver(() => 500);
        const page = await stage.signedIn(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await go(page, 'webhooks');
        await page.getByLabel('Name').fill('crm');
        await page.getByLabel('URL').fill(receiver.url);
        await page.getByLabel('Events').fill('OrderConfirmed');
        await page.getByRole('button', { name: 'Add' }).click();
        const secret = /whsec_\S+/.exec(await page.getByRole('region', { name: 'Secret of crm' }).innerText())?.[0] ?? '';
        await page.getByRole('button', { name: 'I have stored it' }).click();
        expect(await page.content()).not.toContain(secret);
        await page.getByRole('button', { name: 'Send a test to crm' }).click();
        await page.getByText(/Last test .*: 500/).waitFor();
        expect((await stage.place('webhook', ['R3-9'])).status).toBe(201);
        await page.getByText('1 events were set aside').waitFor();
        receiver.answering = () => 204;
        await page.getByRole('button', { name: 'Redeliver evt_' }).click();
        await page.getByText('Sent again: 1.').waitFor();
        await page.getByText('1 events were set aside').waitFor({ state: 'detached' });
        expect(receiver.accepted.map((one) => [one.type, WebhookReceiver.isSignedBy(secret, one)])).toEqual([
          [expect.stringContaining('OrderConfirmed'), true],
        ]);
        const operator = await stage.operating();
        await go(operator, 'webhooks');
        await operator.getByRole('region', { name: 'crm' }).first().waitFor();
        expect(await operator.getByRole('main').getByRole('button').count()).toBe(0);
        for (const one of [page, operator]) await one.context().close();
      },
      TEST_MS,
    );

    it(
      'replays to an equal ledger, shows the apps ready, and a new tenant’s secrets once',
      async () => {
        const page = await stage.operating();
        await go(page, 'replay');
        await page.getByRole('button', { name: 'Start a replay' }).click();
        await page.getByText('equal', { exact: true }).waitFor();
        await go(page, 'health');
        for (const app of APPS)
          await page
            .getByRole('region', { name: app })
            .first()
            .getByText(/^(ready|degraded)$/)
            .waitFor();
        await go(page, 'tenants');
        await page.getByLabel('Name').fill('newcomer');
        await page.getByRole('button', { name: 'Create' }).click();
        const secrets = page.getByRole('region', { name: 'Secrets of newcomer' });
        const key = /admit_\S{40,}/.exec(await secrets.innerText())?.[0] ?? '';
        expect(key).not.toBe('');
        await page.getByRole('button', { name: 'I have stored them' }).click();
        await page.getByRole('rowheader', { name: 'newcomer' }).waitFor();
        expect(await page.content()).not.toContain(key);
        await page.context().close();
      },
      TEST_MS,
    );

    it(
      'is used with the keyboard alone',
      async () => {
        const { page, context } = await stage.page();
        await page.getByLabel('API key or operator token').focus();
        await page.keyboard.type(stage.stack.clientSettings.ADMIT_API_KEY ?? '');
        await page.keyboard.press('Enter');
        const link = page.getByRole('link', { name: SALE });
        await link.waitFor();
        const focused = (): Promise<unknown> => page.evaluate('document.activeElement?.textContent ?? ""');
        for (let presses = 0; presses < 40 && (await focused()) !== SALE; presses++) await page.keyboard.press('Tab');
        expect(await focused()).toBe(SALE);
        await page.keyboard.press('Enter');
        const map = page.getByRole('application');
        await map.waitFor();
        const label = (): Promise<unknown> => page.evaluate('document.activeElement?.getAttribute("role") ?? ""');
        for (let presses = 0; presses < 40 && (await label()) !== 'application'; presses++) await page.keyboard.press('Tab');
        await page.keyboard.press('ArrowRight');
        await page.getByText('R1-1, sold').waitFor();
        await page.keyboard.press('ArrowRight');
        await page.getByText('R1-2, sold').waitFor();
        await page.keyboard.press('ArrowDown');
        await page.getByText('R2-1, sold').waitFor();
        await page.keyboard.press('ArrowDown');
        await page.getByText('R3-2, free').waitFor();
        await page.keyboard.press('ArrowUp');
        await page.getByText('R2-1, sold').waitFor();
        await context.close();
      },
      TEST_MS,
    );

    it.each(SIZES.flatMap((viewport) => (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme }))))(
      'fits every page into $viewport.width pixels in $colorScheme, without a violation of its policy',
      async ({ viewport, colorScheme }) => {
        const page = await stage.operating({ viewport, colorScheme });
        const own = `sales sales/${SALE} orders orders/${order} mints ledger webhooks`;
        for (const address of `${own} health dead-letters replay tenants`.split(' ')) {
          await go(page, address);
          await page.locator('main h1').first().waitFor();
          await page.getByText('Loading').first().waitFor({ state: 'detached' });
          expect([address, await tooWide(page), await nameless(page)]).toEqual([address, false, []]);
        }
        expect(stage.violations).toEqual([]);
        await page.context().close();
      },
      TEST_MS,
    );

    it('runs nothing that is injected, and reaches no other host', async () => {
      const { page, context } = await stage.page();
      const blocked = await page.evaluate(`(async () => {
      const seen = new Set();
      const both = new Promise((resolve) => document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        seen.add(effectiveDirective);
        if (seen.size === 2) resolve();
      }));
      const script = document.createElement('script');
      script.textContent = 'window.isInjected = true';
      document.body.append(script);
      await fetch('http://127.0.0.1:1/').catch(() => undefined);
      await both;
      return { seen: [...seen].sort(), isInjected: window.isInjected === true };
    })()`);
      expect(blocked).toEqual({ seen: ['connect-src', 'script-src-elem'], isInjected: false });
      await context.close();
    });
  });
else
  it('is not tried in a browser, which is not here', () => {
    process.stdout.write(`The console is not tried in a browser: there is no ${CHROMIUM} (apt-get install chromium).\n`);
  });
