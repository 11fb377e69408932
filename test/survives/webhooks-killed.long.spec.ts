import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';
import { WebhookStage } from '../stages/webhook-stage.js';

const PROCESSES = 3;
const SALES = 12;
const ORDERS = 60;
/** An opening, and for each order its placing and its confirmation. */
const EVENTS = SALES * (1 + 2 * ORDERS);
const KILLS = 6;
const CALLERS = 24;
/** What a killed process held is handed out again after 30 s. */
const DELIVERED_MS = 420_000;

const stage = WebhookStage.forTests('webhooks-killed');
const children: ChildProcess[] = [];

/** Webhooks as it is deployed: a process of its own. */
async function startProcess(): Promise<void> {
  const { NATS_URL, NATS_PASSWORD, WEBHOOK_TARGETS, WEBHOOK_RETRY_MS, WEBHOOK_TIMEOUT_MS } = stage.environment;
  const settings = { NATS_URL, NATS_PASSWORD, WEBHOOK_TARGETS, WEBHOOK_RETRY_MS, WEBHOOK_TIMEOUT_MS, HEALTH_PORT: await freePort() };
  const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  const main = join(projectFolder(), 'dist/apps/webhooks/src/main.js');
  children.push(spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'ignore', 'inherit'] }));
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

beforeAll(async () => {
  await stage.stopWebhooks();
  for (let one = 0; one < PROCESSES; one++) await startProcess();
});
afterAll(() => Promise.all(children.map((child) => end(child, 'SIGTERM'))));

it('[L3] three processes of webhooks, killed one after another, deliver every event in the order of its sale, under one id', async () => {
  let attempts = 0;
  let kills = 0;
  let killing: Promise<void> = Promise.resolve();
  const nextKillAt = (): number => ((kills + 1) * EVENTS) / (KILLS + 1);
  const receiver = await stage.receiver(() => {
    attempts += 1;
    if (kills < KILLS && attempts > nextKillAt()) {
      kills += 1;
      const victim = children.shift();
      killing = killing.then(async () => {
        if (victim !== undefined) await end(victim, 'SIGKILL'); // deliveries are under way: this one is answered meanwhile
        await startProcess();
      });
    }
    return attempts % 7 === 3 ? 500 : 200;
  });
  await stage.endpoint(stage.demo, 'all', receiver);
  const silent = await stage.receiver(() => new Promise<number>(() => undefined));
  await stage.endpoint(stage.acme, 'silent', silent);
  await stage.acme.open('theirs', { quota: 5 });
  const sales = Array.from({ length: SALES }, (_, sale) => `killed-${sale}`);
  await Promise.all(sales.map((sale) => stage.demo.open(sale, { quota: ORDERS })));
  const orders = sales.flatMap((sale) => Array.from({ length: ORDERS }, (_, order) => ({ sale, order }))).values();
  const caller = async (): Promise<void> => {
    for (const { sale, order } of orders) {
      const placed = await stage.demo.askUntilSettled('order.place', { sale, buyer: `b-${order}`, quantity: 1 }, `${sale}-${order}`);
      expect(placed.status).toBe(201);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  await stage.until(() => receiver.accepted.length >= EVENTS, 'every event is accepted', DELIVERED_MS);
  await killing;
  expect(kills).toBe(KILLS);
  const texts = new Map<string, string>();
  for (const { id, text } of receiver.received) {
    expect(texts.get(id) ?? text).toBe(text);
    texts.set(id, text);
  }
  expect(texts.size).toBe(EVENTS);
  for (const sale of sales) {
    const versions = receiver.accepted
      .filter(({ source }) => source === `/demo/sale/${sale}`)
      .map(({ text }) => (JSON.parse(text) as { readonly id: string }).id.split('.').map(Number));
    const sorted = [...versions].sort(([left = 0, a = 0], [right = 0, b = 0]) => left - right || a - b);
    expect([sale, versions]).toEqual([sale, sorted]);
  }
  expect(receiver.received.filter(({ accepted }) => accepted).length).toBeLessThan(2 * EVENTS); // what a killed process had sent, and no more
}, 600_000);
