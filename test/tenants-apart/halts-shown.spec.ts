import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { saleSubject } from '#shared/event-store/event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import { healthUrlOf, scrape } from '../harness/scrape.js';
import { LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('halts-shown');
/** One projects, the other stands by. */
let apps: readonly NestFastifyApplication[];
let bad: number;

beforeAll(async () => {
  await stage.sell('demo', 'gala', 5);
  await stage.sell('acme', 'fair', 5);
  await stage.append(saleSubject('acme', 'late'), opening('late', 4));
  bad = await stage.append(saleSubject('acme', 'late'), ordering('acme', 'late', 0));
  await stage.query(`alter table ledger.ledger_entry add constraint poison check (sequence <> ${bad})`);
  const first = await stage.startApp();
  await stage.reaches(bad);
  apps = [first, await stage.startApp()];
});

async function projectionOf(app: NestFastifyApplication): Promise<string | undefined> {
  const { checks } = (await (await fetch(`${healthUrlOf(app)}/health/ready`)).json()) as {
    checks: Readonly<Record<string, string>>;
  };
  return checks.projection;
}

/** Each app's projection status, and the number of halted tenants in its metrics. */
const shown = (): Promise<unknown[]> =>
  Promise.all(apps.map(async (app) => [await projectionOf(app), (await scrape(app)).get('admit_ledger_halted_tenants')]));

async function comesTo(saying: RegExp, tenants: number): Promise<void> {
  const isSo = async () => (await shown()).every((says) => saying.test(String(says)) && (says as unknown[])[1] === tenants);
  await waitFor(isSo, { what: `both say ${saying}, ${tenants}`, timeoutMs: WAIT_MS });
}

it('is shown by every process of the ledger, also by the standby', async () => {
  await comesTo(new RegExp(`^ok; halted: acme at commit ${bad}: .*poison`), 1);
});

it('ends with the ledger in which the tenant was halted, when another takes its place', async () => {
  expect(await stage.promote()).toMatchObject({ result: 'different', difference: { table: 'tenant_halt' }, halted: [] }); // nothing poisons the shadow
  await comesTo(/^ok,/, 0);
});

it('begins with a ledger in which a tenant is halted, when that takes the place of the live one', async () => {
  await stage.query(`alter table ledger_shadow.ledger_entry drop constraint poison`);
  await stage.query(`alter table ledger_shadow.ledger_entry add constraint older check (sequence <> ${bad})`);
  expect(await stage.promote({}, true)).toMatchObject({ halted: [{ tenant: 'acme', sequence: bad }] });
  await comesTo(new RegExp(`^ok; halted: acme at commit ${bad}: .*older`), 1);
});
