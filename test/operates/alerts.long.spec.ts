import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { COMMANDS_ALARM_SECONDS } from '#shared/platform/topology/streams.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { startWebhooks } from '../../apps/webhooks/src/start.js';
import { makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import { promtool } from '../../dev/prometheus/promtool.js';
import { Caller } from '../harness/caller.js';
import { healthUrlOf, namesIn, scrape } from '../harness/scrape.js';
import { DATABASE, ledgerSettings } from '../stages/ledger-app.js';
import { MinterStage } from '../stages/minter-stage.js';
import { newPostgres } from '../stages/postgres.js';
import { startSelling } from '../stages/selling.js';

const root = join(import.meta.dirname, '../..');
const at = (file: string): string => join(root, 'deploy/prometheus', file);
const rules = readFileSync(at('alerts.yml'), 'utf8');
const alerts = [...rules.matchAll(/^ *- alert: (\w+)\n *expr: '(.*)'$/gm)].map(([, name = '', expr = '']) => ({ name, expr }));
/** Labels and series that Prometheus itself adds. */
const OF_PROMETHEUS = ['up'];

interface Panel {
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}
const board = JSON.parse(readFileSync(join(root, 'deploy/grafana/dashboards/admit-one.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};
const boardQueries = () => board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
const metricsIn = (expr: string): string[] => expr.replaceAll(/"[^"]*"/g, '').match(/\b(?:admit|process|nodejs)_\w+/g) ?? [];

describe('the board of Grafana', () => {
  it('has queries that Prometheus can read, and a title for each', async () => {
    const queries = boardQueries();
    expect(queries.length).toBeGreaterThan(25);
    expect(queries.filter(({ title, expr }) => title.length < 5 || metricsIn(expr).length === 0)).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'admit-board-'));
    try {
      const rules = queries.map(({ expr }, n) => `      - { record: 'board:${n}', expr: '${expr.replaceAll("'", "''")}' }`);
      writeFileSync(join(folder, 'board.yml'), `groups:\n  - name: board\n    rules:\n${rules.join('\n')}\n`);
      expect(await promtool('check', 'rules', join(folder, 'board.yml'))).toMatchObject({ ok: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);

  it('asks the data source that is provisioned, which asks the service that scrapes the apps', () => {
    const sources = readFileSync(join(root, 'deploy/grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    expect(sources).toContain('uid: prometheus\n');
    expect(sources).toContain('url: http://prometheus:9090\n');
    const queried = board.panels.filter(({ targets }) => targets !== undefined);
    expect(queried.filter(({ datasource }) => datasource?.uid !== 'prometheus')).toEqual([]);
  });

  it('is scraped under the job and the rules that the alerts name', () => {
    const configuration = readFileSync(at('prometheus.yml'), 'utf8');
    expect(configuration).toContain('job_name: admit-one\n');
    expect(configuration).toContain('rule_files: [alerts.yml]');
  });
});

describe('the rules', () => {
  it('[blockchain SC-9] fire at their threshold, and not before', async () => {
    expect(await promtool('check', 'rules', at('alerts.yml'))).toMatchObject({ ok: true });
    expect(await promtool('test', 'rules', at('alerts.test.yml'))).toMatchObject({ ok: true });
  }, 300_000); // the first run of all may have to fetch promtool

  it('[blockchain SC-9] are tried, each both ways; a rule that is changed is noticed', async () => {
    const tried = readFileSync(at('alerts.test.yml'), 'utf8');
    expect(alerts.length).toBeGreaterThan(20);
    for (const { name } of alerts) for (const how of ['rings', 'is quiet']) expect(tried).toContain(`- name: ${name} ${how}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'admit-rules-'));
    try {
      writeFileSync(join(folder, 'alerts.yml'), rules.replace('(admit_dead_letters) > 0', '(admit_dead_letters) > 1'));
      writeFileSync(join(folder, 'alerts.test.yml'), tried);
      expect(await promtool('test', 'rules', join(folder, 'alerts.test.yml'))).toMatchObject({
        ok: false,
        said: expect.stringContaining('AdmitDeadLetters'),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 120_000);

  it('[blockchain SC-9] each have their section in the runbook, the action to take, and a link to the section', () => {
    const sections = [...readFileSync(join(root, 'docs/runbook.md'), 'utf8').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(alerts.map(({ name }) => name));
    expect([...rules.matchAll(/runbook: docs\/runbook\.md#(\w+)$/gm)].map(([, anchor]) => anchor)).toEqual(
      alerts.map(({ name }) => name.toLowerCase()),
    );
    for (const what of ['summary', 'action']) expect(rules.match(new RegExp(`^ {10}${what}: '.{10,}'$`, 'gm'))).toHaveLength(alerts.length);
  });

  it('ring for commands at a tenth of the time they are kept', () => {
    const { expr } = alerts.find(({ name }) => name === 'AdmitCommandsUndecided') ?? { expr: '' };
    expect([...expr.matchAll(/> (\d+)/g)].map(([, seconds]) => Number(seconds))).toEqual([COMMANDS_ALARM_SECONDS, COMMANDS_ALARM_SECONDS]);
  });
});

describe('the apps together', () => {
  const stage = MinterStage.forTests('alerts');
  const apps: INestApplicationContext[] = [];
  beforeAll(async () => {
    const { server, environment } = stage;
    const postgres = await stage.keep(newPostgres(join(stage.path, 'postgres')));
    await makeLedgerDatabase(postgres, DATABASE, createLogger('migrate', 'silent'));
    apps.push(await stage.keep(startSelling(server)));
    apps.push(await stage.keep(startMinter(readEnvironment(environment), createLogger('minter', 'fatal'))));
    const webhooks = { NATS_URL: server.url, NATS_PASSWORD: server.credentials('webhooks').pass };
    apps.push(await stage.keep(startWebhooks(readEnvironment(webhooks), createLogger('webhooks', 'fatal'))));
    const { app } = await startLedger(readEnvironment(ledgerSettings(server, postgres)), createLogger('ledger', 'fatal'));
    stage.onClose(() => app.close());
    apps.push(app);
    const caller = await Caller.of(server, 'demo');
    await caller.ask('sale.get', { sale: 'none' }); // rejected by the auth guard: metrics by tenant have a series only then
    await caller.close();
  }, 180_000);

  it('[blockchain SC-9] have every metric that a rule names', async () => {
    const shown = new Set((await Promise.all(apps.map(async (app) => [...namesIn(await scrape(app))]))).flat());
    const declared = new Set((await Promise.all(apps.map(declaredBy))).flat());
    const wanted = new Set(alerts.flatMap(({ expr }) => expr.replaceAll(/"[^"]*"/g, '').match(/\b(?:admit_\w+|up)\b/g) ?? []));
    expect(wanted.size).toBeGreaterThan(15);
    const exists = (name: string): boolean => shown.has(name) || declared.has(name) || OF_PROMETHEUS.includes(name);
    expect([...wanted].filter((name) => !exists(name))).toEqual([]);
    const onBoard = new Set(boardQueries().flatMap(({ expr }) => metricsIn(expr)));
    expect(onBoard.size).toBeGreaterThan(30);
    expect([...onBoard].filter((name) => !exists(name) && !exists(name.replace(/_(?:bucket|sum|count)$/, '')))).toEqual([]);
    expect([...shown].filter((name) => name.startsWith('admit_mint_faults'))).not.toEqual([]); // from zero on: else the first would be no increase
  });
});

/** Counters with labels have no series before they count; their page declares them all the same. */
async function declaredBy(app: INestApplicationContext): Promise<string[]> {
  const page = await (await fetch(`${healthUrlOf(app)}/metrics`)).text();
  return [...page.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name as string);
}
