import type { Command } from 'commander';
import { appsIn, healthOf } from '#shared/platform/process/app-health.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import type { HealthReport } from '#shared/platform/process/health.js';
import { VERSION } from '#shared/platform/process/version.js';
import { say, withExitCodes } from '../operator.js';
import { explain, forSellers, type SellerOptions, sellerClient, settled } from '../seller.js';
import { loadHealthAddresses } from '../seller-settings.js';
import { factsOf, tableOf } from '../table.js';
import { allSales, salesTable, stateOf } from './sale.js';

const ASK_MS = 3_000;
const WAIT_SECONDS = 3;
const SILENT = 'does not respond';

interface AppState {
  readonly app: string;
  readonly url: string;
  readonly state: string;
  /** Absent if only the public status is reachable. */
  readonly checks?: HealthReport['checks'];
}

/** `admit status` */
export function addStatusCommand(program: Command): void {
  forSellers(
    withExitCodes(program.command('status')).description(
      'show the health of the apps, versions, how far the ledger is behind, and the open sales; exit code 1 when an app is not ready',
    ),
    'status',
  )
    .hook('preAction', loadHealthAddresses)
    .action(status);
}

async function status(options: SellerOptions): Promise<void> {
  process.exitCode = EXIT.failed;
  const client = sellerClient({ wait: WAIT_SECONDS, ...options });
  const environment = readEnvironment();
  const urls = addressesOf(environment);
  const [apps, service, ledgerLag, listed] = await Promise.all([
    Promise.all(urls.map(stateOfApp)),
    versionOf(environment.HTTP_URL),
    lagOf(urls, environment.METRICS_TOKEN),
    settled(allSales(client)),
  ]);
  const open = listed.outcome === 'done' ? listed.value.filter((sale) => stateOf(sale) === 'open') : undefined;
  const found = { version: VERSION, service, url: environment.HTTP_URL, tenant: environment.ADMIT_TENANT, apps, ledgerLag, open };
  say(options.json === true ? JSON.stringify(found) : screenOf(found));
  if (listed.outcome !== 'done') explain(listed, options);
  if (listed.outcome === 'rejected') return;
  const isWell = open !== undefined && apps.every(({ state }) => state === 'ready' || state === 'degraded');
  process.exitCode = isWell ? EXIT.ok : EXIT.findings;
}

interface Found {
  readonly version: string;
  readonly service: string | undefined;
  readonly url: string;
  readonly tenant: string;
  readonly apps: readonly AppState[];
  readonly ledgerLag: Readonly<Record<string, number>> | undefined;
  readonly open: Parameters<typeof salesTable>[0] | undefined;
}

function screenOf({ version, service, url, tenant, apps, ledgerLag, open }: Found): string {
  const facts = factsOf({
    version,
    service: `${service ?? SILENT}  ${url}`,
    tenant: tenant === '' ? undefined : tenant,
    'ledger behind': ledgerLag && `${ledgerLag.commits} commits, ${ledgerLag.seconds} s`,
    'sales open': open?.length ?? 'unknown',
  });
  const rows = apps.map(({ app, state, checks = {}, url: at }) => [app, state, at, failing(checks)]);
  return [facts, tableOf(['app', 'state', 'address', 'checks'], rows), ...(open && open.length > 0 ? [salesTable(open)] : [])].join('\n');
}

const failing = (checks: HealthReport['checks']): string =>
  Object.entries(checks)
    .filter(([, result]) => result !== 'ok')
    .map(([check, result]) => `${check}: ${result}`)
    .join('\n');

/** Health of every app, if this service's addresses are known; otherwise of the public apps. */
function addressesOf({ CONSOLE_HEALTH_URLS, CONSOLE_PURCHASE_URL, HTTP_URL, LEDGER_URL }: Environment): [string, string][] {
  const known = CONSOLE_PURCHASE_URL === HTTP_URL ? appsIn(CONSOLE_HEALTH_URLS) : [];
  if (known.length > 0) return known.map(([app, url]) => [app, url]);
  return [['purchase', HTTP_URL], ...(LEDGER_URL === '' ? [] : [['ledger', LEDGER_URL] as [string, string]])];
}

async function stateOfApp([app, url]: [string, string]): Promise<AppState> {
  const { report } = await healthOf([app, url]);
  const { status: state = SILENT, checks } = (report ?? {}) as Partial<HealthReport>;
  return { app, url, state, ...(checks && { checks }) };
}

/** The version that the service documents; `undefined`: it does not respond. */
const versionOf = (url: string): Promise<string | undefined> =>
  readAt(new URL('/docs/json', url), {}, (text) => (JSON.parse(text) as { readonly info: { readonly version: string } }).info.version);

const LAG = /^admit_ledger_lag_(commits|seconds) (\S+)$/gm;

/** From the ledger's metrics, if they are reachable. */
async function lagOf(apps: readonly [string, string][], token: string): Promise<Found['ledgerLag']> {
  const url = apps.find(([app]) => app === 'ledger')?.[1];
  if (url === undefined) return undefined;
  const headers: Record<string, string> = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const lag = await readAt(new URL('/metrics', url), headers, (text) =>
    [...text.matchAll(LAG)].map(([, unit, value]) => [unit, Number(value)]),
  );
  return lag === undefined || lag.length === 0 ? undefined : Object.fromEntries(lag);
}

async function readAt<T>(url: URL, headers: Record<string, string>, read: (text: string) => T): Promise<T | undefined> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS), redirect: 'error' });
    return response.ok ? read(await response.text()) : undefined;
  } catch {
    return undefined; // shown as "does not respond", or omitted
  }
}
