import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, type Ran } from '../harness/admit.js';
import { addressOfApp, healthUrlOf } from '../harness/scrape.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { apiKeyOf } from '../stages/selling.js';
import { WebhookStage } from '../stages/webhook-stage.js';

const PRINTED_MS = 60_000;
const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
const stage = WebhookStage.forTests('admit-selling');
let ledger: RunningLedger;
beforeAll(async () => {
  ledger = await stage.standOn(new RunningLedger(stage));
}, 180_000);

const settings = () => ({ HTTP_URL: stage.demoWeb.url, ADMIT_API_KEY: apiKeyOf('demo'), ADMIT_TENANT: 'demo' });
const run = (...words: readonly string[]): Promise<Ran> => admit(settings(), ...words);
const json = <T>({ out }: Ran): T => JSON.parse(out) as T;
const soldIn = async (sale: string): Promise<unknown> =>
  ((await stage.demo.ask('sale.get', { sale })).body.units as { readonly sold: number }).sold;

/** Behind every wrong use of a seller's command. */
const HELP = 'Options and an example: the same command with --help.\n';

interface Order {
  readonly order: string;
  readonly tickets: readonly { readonly ticket: string; readonly unit: string }[];
}

describe('admit sale', () => {
  it('opens a sale by its options or by a file, once for each key, lists it and shows it', async () => {
    const words = [
      'sale',
      'open',
      'gala',
      '--name',
      'Gala',
      '--price',
      '5000',
      '--currency',
      'EUR',
      '--row',
      'A:1-6',
      '--key',
      'open-gala',
    ];
    const opened = await run(...words, '--mint', 'on-request');
    expect([opened.code, opened.error]).toEqual([0, 'key open-gala\n']);
    const file = join(stage.folder('terms'), 'terms.json');
    const terms = { name: 'Fair', mint: 'on-request', price: { amount: '900', currency: 'EUR' }, units: { quota: 3 } };
    writeFileSync(file, JSON.stringify(terms));
    const [again, fair] = await Promise.all([run(...words, '--mint', 'on-request'), run('sale', 'open', 'fair', '--file', file)]);
    expect([again.code, again.out, again.error]).toEqual([0, opened.out, expect.stringContaining('an earlier request with this key')]);
    expect([fair.code, fair.error]).toEqual([0, expect.stringMatching(/^key [0-9a-f-]{36}\n$/)]);
    const [listed, table, shown] = await Promise.all([run('sale', 'ls', '--json'), run('sale', 'ls'), run('sale', 'show', 'gala')]);
    expect(json<{ readonly sale: string }[]>(listed).map(({ sale }) => sale)).toEqual(expect.arrayContaining(['gala', 'fair']));
    expect(table.out).toMatch(/gala.*Gala.*open/);
    expect(shown.out).toMatch(/^units\s+6 opened, 6 available, 0 held, 0 sold$/m);
  });
});

describe('admit buy', () => {
  it('prints the key first and the order, and answers the same order to the same key', async () => {
    const words = ['buy', 'gala', '--units', 'A-1,A-2', '--buyer', 'b-1', '--key', 'cart-1'];
    const first = await run(...words, '--json');
    expect([first.code, first.error]).toEqual([0, 'key cart-1\n']);
    const [again, best] = await Promise.all([run(...words, '--json'), run('buy', 'gala', '--best', '2', '--adjacent', '--buyer', 'b-2')]);
    expect([again.code, again.out]).toEqual([0, first.out]);
    expect([best.code, best.error]).toEqual([0, expect.stringMatching(/^key [0-9a-f-]{36}\n$/)]);
    expect(best.out).toMatch(/^order\s+ord_[\s\S]*^status\s+confirmed$[\s\S]*A-3[\s\S]*A-4/m);
    expect(await soldIn('gala')).toBe(4);
    const { order, tickets } = json<Order>(first);
    const [ordered, ticket] = await Promise.all([
      run('order', 'show', 'gala', order),
      run('ticket', 'show', 'gala', String(tickets[0]?.ticket)),
    ]);
    expect([ordered.code, ordered.out]).toEqual([0, expect.stringContaining('A-2')]);
    expect([ticket.code, ticket.out]).toEqual([0, expect.stringMatching(/^unit\s+A-1$[\s\S]*^price\s+5000 \(minor units\)$/m)]);
  });

  it('prints the code and the place of a refusal, with exit code 1, and the allowed values of a wrong request, with 2', async () => {
    const [taken, asJson, wrong, personal, unknown, stranger, unnamed] = await Promise.all([
      run('buy', 'gala', '--units', 'A-6,A-1', '--buyer', 'b-3'),
      run('buy', 'gala', '--units', 'A-6,A-1', '--buyer', 'b-3', '--json'),
      run('buy', 'gala', '--best', '9999', '--buyer', 'b-3'),
      run('buy', 'gala', '--best', '1', '--buyer', 'b-3', '--key', 'ann@example.org'),
      run('order', 'show', 'gala', `ord_${'a'.repeat(26)}`),
      admit({ ...settings(), ADMIT_API_KEY: apiKeyOf('stranger') }, 'sale', 'ls'),
      run('buy', 'gala', '--buyer', 'b-3'),
    ]);
    expect([taken.code, taken.out, taken.error]).toEqual([1, '', expect.stringMatching(/^409 unit-taken: [\s\S]*^ {2}\/units\/1 /m)]);
    expect([asJson.code, JSON.parse(asJson.error.split('\n')[1] ?? '')]).toEqual([1, expect.objectContaining({ code: 'unit-taken' })]);
    expect([wrong.code, wrong.error]).toEqual([2, expect.stringMatching(/^400 [\s\S]*^ {2}\/items\/0\/quantity {2}must be .*\d/m)]);
    expect([personal.code, personal.error]).toEqual([2, expect.stringMatching(/^400 key-personal: /m)]);
    expect([unknown.code, unknown.error]).toEqual([1, expect.stringMatching(/^404 order-unknown: /)]);
    expect([stranger.code, stranger.error]).toEqual([2, expect.stringMatching(/^401 /)]);
    expect([unnamed.code, unnamed.error]).toEqual([2, `error: name the units with --units, or use --best\n${HELP}`]);
    expect(await soldIn('gala')).toBe(4);
  });

  it('ends with 5 if the answer is lost, and the printed key returns the placed order', async () => {
    const proxy = createServer(async ({ method = '', url, headers }, response) => {
      const body = JSON.stringify({ sale: 'gala', buyer: 'b-4', units: ['A-6'] });
      const head = {
        authorization: String(headers.authorization),
        'content-type': 'application/json',
        'idempotency-key': String(headers['idempotency-key']),
      };
      await fetch(`${stage.demoWeb.url}${url}`, { method, headers: head, body });
      response.destroy();
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const words = ['buy', 'gala', '--units', 'A-6', '--buyer', 'b-4'];
    const lossy = { ...settings(), HTTP_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const lost = await admit(lossy, ...words, '--wait', '1');
    proxy.close();
    expect([lost.code, lost.out, lost.error]).toEqual([5, '', expect.stringMatching(/^key (\S+)\nno answer: [\s\S]*--key \1, /)]);
    const key = /^key (\S+)$/m.exec(lost.error)?.[1] ?? '';
    await waitFor(async () => (await soldIn('gala')) === 5, { what: 'the order is placed', timeoutMs: PRINTED_MS });
    const again = await run(...words, '--key', key);
    expect([again.code, again.error]).toEqual([0, expect.stringContaining('an earlier request with this key')]);
    expect(await soldIn('gala')).toBe(5);
  });
});

/** `admit watch …` as a process, and its output so far. */
function watching(...words: readonly string[]) {
  const child = spawn(process.execPath, [main, 'watch', ...words], { env: { PATH: process.env.PATH, ...settings() } });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString('utf8')));
  const ended = once(child, 'close');
  stage.onClose(() => child.kill('SIGKILL'));
  const lines = (): string[] => out.split('\n').slice(0, -1);
  const until = (count: number): Promise<void> =>
    waitFor(() => lines().length >= count, {
      what: `admit watch prints ${count} events`,
      timeoutMs: PRINTED_MS,
      hopeless: () => (child.exitCode === null ? undefined : error),
    });
  const interrupt = async () => {
    child.kill('SIGINT');
    const [code] = (await ended) as [number | null];
    return { code, error, lines: lines() };
  };
  return { until, interrupt };
}

describe('admit watch', () => {
  it('prints one line an event, and the line with which it resumes right after the last one', async () => {
    await stage.demo.open('watched', { quota: 9 });
    await stage.demo.open('other', { quota: 9 });
    for (const buyer of ['w-1', 'w-2']) await stage.demo.place('watched', { buyer, quantity: 1 });
    const first = watching('--all', '--sale', 'watched');
    await first.until(5);
    const before = await first.interrupt();
    expect([before.code, before.lines.length]).toEqual([0, 5]);
    expect(before.lines[0]).toMatch(/^20\S+Z {2}sale {2}watched {2}SaleOpened {2}/);
    const [, resume = ''] = /^resume with: npx admit watch (--after \S+ --sale watched)$/m.exec(before.error) ?? [];
    await stage.demo.place('other', { buyer: 'w-3', quantity: 1 });
    await stage.demo.place('watched', { buyer: 'w-3', quantity: 1 });
    const second = watching(...resume.split(' '));
    await second.until(2);
    const after = await second.interrupt();
    const whole = watching('--all', '--sale', 'watched');
    await whole.until(7);
    expect([...before.lines, ...after.lines]).toEqual((await whole.interrupt()).lines);
  });

  it('ends with 2 for an unknown cursor, or without a service', async () => {
    const [cursor, silent] = await Promise.all([
      run('watch', '--after', 'nonsense'),
      admit({ ...settings(), HTTP_URL: `http://127.0.0.1:${await freePort()}` }, 'watch', '--wait', '1'),
    ]);
    expect([cursor.code, cursor.error]).toEqual([2, expect.stringMatching(/^400 cursor-unknown: /)]);
    expect([silent.code, silent.error]).toEqual([
      2,
      expect.stringMatching(/^no answer: fetch failed: .+ tries\)\nNothing listens at this address: .+ HTTP_URL\.\n$/),
    ]);
  });
});

describe('admit webhooks', () => {
  it('adds, tests, changes, rotates and removes an endpoint, and shows its secret once', async () => {
    const receiver = await stage.receiver();
    const added = await run('webhooks', 'add', 'crm', receiver.url, '--types', 'OrderConfirmed');
    expect([added.code, added.out]).toEqual([0, expect.stringMatching(/^secret\s+whsec_\S+ {3}shown once/m)]);
    const [listed, tested, wrong] = await Promise.all([
      run('webhooks', 'ls'),
      run('webhooks', 'test', 'crm'),
      run('webhooks', 'change', 'crm', '--types', 'OrderConfirmed,Nonsense'),
    ]);
    expect([listed.code, listed.out]).toEqual([0, expect.stringMatching(/crm.*OrderConfirmed/)]);
    expect(listed.out).not.toContain('whsec_');
    expect([tested.code, wrong.code, wrong.error]).toEqual([
      0,
      2,
      expect.stringMatching(/^ {2}\/types\/1 {2}must be the name of an event/m),
    ]);
    await stage.until(() => receiver.received.length >= 1, 'the test arrives');
    const changed = await run('webhooks', 'change', 'crm', '--all-types');
    expect([changed.code, changed.out]).toEqual([0, expect.stringMatching(/^types\s+all$/m)]);
    const [rotated, deliveries, redelivered] = await Promise.all([
      run('webhooks', 'rotate', 'crm'),
      run('webhooks', 'deliveries', 'crm'),
      run('webhooks', 'redeliver', 'crm'),
    ]);
    expect([rotated.code, rotated.out]).toEqual([0, expect.stringMatching(/^secret\s+whsec_/m)]);
    expect([deliveries.code, deliveries.out]).toEqual([0, expect.stringMatching(/^set aside\s+0$/m)]);
    expect([redelivered.code, redelivered.out]).toEqual([0, 'sent again: nothing was set aside\n']);
    expect(await run('webhooks', 'remove', 'crm')).toEqual({ code: 0, out: 'crm is removed\n', error: '' });
    expect((await run('webhooks', 'ls')).out).toBe('there is no endpoint\n');
  });
});

describe('admit status', () => {
  it("shows each app, the versions, the ledger's lag and the open sales; 1 if an app is not ready", async () => {
    await ledger.catchesUp();
    const urls = { purchase: healthUrlOf(stage.app), ledger: healthUrlOf(ledger.app), webhooks: healthUrlOf(stage.webhooks) };
    const health = Object.entries(urls).map(([app, url]) => `${app}=${url}`);
    const known = { ...settings(), CONSOLE_PURCHASE_URL: stage.demoWeb.url };
    const [well, silent, asSeller] = await Promise.all([
      admit({ ...known, CONSOLE_HEALTH_URLS: health.join(',') }, 'status'),
      admit({ ...known, CONSOLE_HEALTH_URLS: [...health, 'minter=http://127.0.0.1:1'].join(',') }, 'status', '--json'),
      admit({ ...settings(), LEDGER_URL: await addressOfApp(ledger.app), CONSOLE_HEALTH_URLS: health.join(',') }, 'status', '--json'),
    ]);
    expect([well.code, well.error]).toEqual([0, '']);
    expect(well.out).toMatch(/^version\s+\d+\.\d+\.\d+$[\s\S]*^service\s+\d+\.\d+\.\d+ [\s\S]*^ledger behind\s+0 commits, 0 s$/m);
    expect(well.out).toMatch(/purchase.*ready[\s\S]*ledger.*ready[\s\S]*webhooks.*ready[\s\S]*gala.*open/);
    expect([silent.code, json<{ readonly apps: object[] }>(silent).apps[3]]).toEqual([
      1,
      { app: 'minter', url: 'http://127.0.0.1:1', state: 'does not respond' },
    ]);
    expect(json<{ readonly apps: { readonly app: string }[] }>(asSeller).apps.map(({ app }) => app)).toEqual(['purchase', 'ledger']);
  });
});

describe('the settings of a seller', () => {
  const inFolder = (cwd: string, env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(process.execPath, [main, ...words], { cwd, env: { PATH: process.env.PATH, ...env } }, (thrown, out, error) => {
        resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error });
      });
    });

  it('are those of the stack beside it, and never its key for another service', async () => {
    const folder = stage.folder('seller-beside');
    mkdirSync(join(folder, '.admit'));
    const lines = Object.entries(settings()).map(([name, value]) => `export ${name}=${value}\n`);
    writeFileSync(join(folder, '.admit', 'stack.env'), lines.join(''));
    const [beside, elsewhere, help] = await Promise.all([
      inFolder(folder, {}, 'sale', 'show', 'gala', '--json'),
      inFolder(folder, { HTTP_URL: 'https://tickets.example' }, 'sale', 'ls'),
      inFolder(folder, { HTTP_URL: 'nonsense' }, 'buy', '--help'),
    ]);
    expect([beside.code, json<{ readonly sale: string }>(beside).sale]).toEqual([0, 'gala']);
    expect([elsewhere.code, elsewhere.out, elsewhere.error]).toEqual([
      2,
      '',
      expect.stringMatching(/^configuration: .*ADMIT_API_KEY is not set/),
    ]);
    expect([help.code, help.out]).toEqual([0, expect.stringMatching(/Example:\n {2}npx admit buy gala --units /)]);
  });
});
