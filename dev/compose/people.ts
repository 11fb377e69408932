import { Webhook } from 'standardwebhooks';
import { PAGE_HEADERS } from '../../apps/console/src/http/page.js';
import { waitFor } from '../processes/wait.js';
import type { Settings } from '../stack/wiring.js';
import type { ComposeProject } from './engine.js';
import type { Arrived } from './receiver.js';
import type { Selling } from './selling.js';

const DELIVERED_MS = 60_000; // a second, plus a margin for a busy machine
const POLICY = 'Content-Security-Policy';
const RECEIVER = 'http://receiver:8080/hook';
const HTML_FILES = /(?:src|href)="(\/[\w.-]+)"/g;

const consoleUrl = (project: ComposeProject): string => `http://127.0.0.1:${project.env.ADMIT_CONSOLE_PORT}`;

/** Fetches the page as a browser does, and signs in as the page does: with an API key, with the operator token, and with neither. */
export async function signIn(project: ComposeProject, { ADMIT_API_KEY: apiKey = '' }: Settings): Promise<string> {
  const page = await fetched(project, '/');
  expectSame('its policy', page.response.headers.get(POLICY), PAGE_HEADERS[POLICY]);
  const files = [...page.text.matchAll(HTML_FILES)].map(([, path = '']) => path);
  expectSame('its files', [...files].sort(), ['/icon.svg', '/page.css', '/page.js']);
  for (const path of files) {
    const { response, text } = await fetched(project, path);
    if (response.status !== 200 || text === '')
      throw new Error(`${path} is answered with ${response.status} and ${text.length} characters.`);
  }
  const token = /^CONSOLE_OPERATOR_TOKEN=(.+)$/m.exec(await project.run('exec', '-T', 'console', 'cat', '/settings/app.env'))?.[1] ?? '';
  const statuses = async (path: string): Promise<readonly number[]> =>
    Promise.all([apiKey, token, 'neither'].map(async (secret) => (await fetched(project, path, secret)).response.status));
  expectSame('an API key, the token and another text as an organiser', await statuses('/api/v1/sales?limit=1'), [200, 401, 401]);
  expectSame('the same as an operator', await statuses('/operator/session'), [401, 200, 401]);
  const { text } = await fetched(project, '/api/v1/ledger/balances?account=revenue', apiKey);
  if (!text.includes('"account":"revenue"')) throw new Error(`The console shows no revenue: ${text}`);
  return `${files.length + 1} files, two kinds of users`;
}

/** An endpoint that is added in the console gets an event of an order, signed by the secret that was shown. */
export async function receiveWebhook(project: ComposeProject, selling: Selling, { ADMIT_API_KEY: apiKey = '' }: Settings): Promise<string> {
  const endpoints = '/api/v1/webhook-endpoints';
  const body = { endpoint: 'compose', url: RECEIVER, types: ['OrderConfirmed'] };
  const added = await fetched(project, endpoints, apiKey, body);
  const { secret } = JSON.parse(added.text) as { secret?: string };
  if (secret === undefined) throw new Error(`The endpoint is not added: ${added.response.status} ${added.text}`);
  const { order } = JSON.parse((await selling.order('first', 'first-webhook', 'http')).text) as { order: string };
  let delivered: Arrived | undefined;
  const isDelivered = async (): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${project.env.ADMIT_RECEIVER_PORT}/`, { headers: { connection: 'close' } });
    delivered = ((await response.json()) as Arrived[]).find(({ text }) => text.includes(order));
    return delivered !== undefined;
  };
  await waitFor(isDelivered, { what: `OrderConfirmed of ${order} arrives`, timeoutMs: DELIVERED_MS });
  const { type } = new Webhook(secret).verify(delivered?.text ?? '', { ...delivered?.headers }) as { type: string };
  const removed = await fetched(project, `${endpoints}/compose/remove`, apiKey, {}); // what is sold later is not sent
  expectSame('the removal of the endpoint', removed.response.status, 200);
  return type;
}

/** @param secret of the Authorization header; with a body it is a POST */
async function fetched(project: ComposeProject, path: string, secret?: string, body?: object) {
  const headers = {
    connection: 'close',
    ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${consoleUrl(project)}${path}`, { headers, ...sent });
  return { response, text: await response.text() };
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`The console: ${what}: ${other} was expected, not ${one}.`);
}
