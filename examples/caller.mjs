// A tenant's back end with nothing but its settings: a NATS client, fetch, and the secret of its webhook.
import { setTimeout as pause } from 'node:timers/promises';
import { connect, headers } from '@nats-io/transport-node';
import { Webhook } from 'standardwebhooks';

const TIMEOUT_MS = 20_000;
/** So often a request is sent again that has no decision yet. */
const MOST_TRIES = 60;
const RETRY_MS = 250;
/** Not decided, not read in time, too fast, or not reachable: the same request with the same key is sent again. */
const AGAIN = new Set([202, 408, 429, 503]);
/** No answer says nothing of what was decided: it is asked for again. */
const NO_ANSWER = { status: 503, text: 'no answer', body: {} };

const setting = (name) => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: load the settings with . .admit/stack.env`);
  return value;
};

const TIMEOUTS = new Set(['TimeoutError', 'AbortError']);

/** @typedef {{ readonly status: number, readonly text: string, readonly body: any }} Answer */

export class Caller {
  static async connect() {
    const [servers, user, pass] = ['NATS_URL', 'ADMIT_NATS_USER', 'ADMIT_NATS_PASSWORD'].map(setting);
    return new Caller(await connect({ servers: servers.split(','), user, pass, inboxPrefix: `_INBOX.${user}` }));
  }

  constructor(connection) {
    this.connection = connection;
    this.tenant = setting('ADMIT_TENANT');
    this.authorization = `Bearer ${setting('ADMIT_API_KEY')}`;
    this.webhook = new Webhook(setting('ADMIT_WEBHOOK_SECRET'));
    /** Requests that were sent again. */
    this.retries = 0;
  }

  close() {
    return this.connection.close();
  }

  /** Over NATS. @returns {Promise<Answer>} */
  ask(operation, body, key) {
    return this.settled(async () => {
      const head = headers();
      if (key !== undefined) head.set('Idempotency-Key', key);
      const message = await this.connection.request(`admit.${this.tenant}.${operation}`, JSON.stringify(body), {
        headers: head,
        timeout: TIMEOUT_MS,
      });
      return answerOf(Number(message.headers?.get('Admit-Status')), message.string());
    });
  }

  /** Over HTTP. @returns {Promise<Answer>} */
  post(path, body, key) {
    const head = { 'Content-Type': 'application/json', ...(key !== undefined && { 'Idempotency-Key': key }) };
    return this.fetched(`${setting('HTTP_URL')}${path}`, { method: 'POST', headers: head, body: JSON.stringify(body) });
  }

  get(path) {
    return this.fetched(`${setting('HTTP_URL')}${path}`);
  }

  ledger(path) {
    return this.fetched(`${setting('LEDGER_URL')}${path}`);
  }

  /** What the payment provider reports. `id`: of the report; the same id is the same report. */
  report(id, type, data) {
    const body = JSON.stringify({ type, data: { tenant: this.tenant, ...data } });
    return this.fetched(`${setting('HTTP_URL')}/v1/webhooks/payments`, () => {
      const now = new Date();
      return {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': `${Math.floor(now.getTime() / 1_000)}`,
          'webhook-signature': this.webhook.sign(id, now, body),
        },
        body,
      };
    });
  }

  fetched(url, said = {}) {
    return this.settled(async () => {
      const request = typeof said === 'function' ? said() : said;
      const response = await fetch(url, {
        ...request,
        headers: { Authorization: this.authorization, ...request.headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return answerOf(response.status, await response.text());
    });
  }

  async settled(send) {
    for (let tries = 1; ; tries++) {
      const answer = await send().catch((thrown) => {
        if (TIMEOUTS.has(thrown.name)) return NO_ANSWER;
        throw thrown;
      });
      if (!isOpen(answer) || tries === MOST_TRIES) return answer;
      this.retries += 1;
      await pause(RETRY_MS + Math.random() * RETRY_MS);
    }
  }
}

const isOpen = ({ status, body }) => AGAIN.has(status) || (status === 409 && body.code === 'in-progress');

const answerOf = (status, text) => ({ status, text, body: JSON.parse(text) });

/** Works on all of them, so many at a time. */
export async function eachOf(all, atOnce, work) {
  const waiting = [...all];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
