import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, TenantCaller, type Transport } from '../fuzz/tenant-caller.js';
import { waitFor } from '../processes/wait.js';
import type { Settings } from '../stack/wiring.js';

const MINTED_MS = 180_000; // 13 s to finality, plus a margin for a busy machine
const LEDGER_MS = 60_000;
const DECIDED_MS = 180_000; // longer than a container takes to restart
const AGAIN_MS = 200; // between two attempts with one key: a caller's pause
const CALLERS = 6; // orders in flight: enough that each kill hits some
const MOST_TICKETS = 100_000; // of one sale
const BETWEEN_MS = 20; // a caller's pause between two orders: this checks answers, not speed

/** Statuses after which the same request is sent again. */
const isUndecided = ({ status, text }: Answer): boolean =>
  status === 202 || status === 429 || status >= 500 || (status === 409 && text.includes('in-progress'));

/** A tenant that sells over NATS and HTTP. */
export class Selling {
  private constructor(
    private readonly caller: TenantCaller,
    private readonly settings: Settings,
  ) {}

  static async of(settings: Settings): Promise<Selling> {
    return new Selling(await TenantCaller.of(settings), settings);
  }

  close(): Promise<void> {
    return this.caller.close();
  }

  /** Sends the same request with the same key until it is decided, as callers should. */
  async decided(operation: Parameters<TenantCaller['ask']>[0]['operation'], key: string, body: object, over: Transport): Promise<Answer> {
    for (const deadline = performance.now() + DECIDED_MS; ; await pause(AGAIN_MS)) {
      const answer = await this.caller
        .ask({ operation, key, body: body as Readonly<Record<string, unknown>> }, over)
        .catch((error: Error) => error);
      if (!(answer instanceof Error) && !isUndecided(answer)) return answer;
      if (performance.now() > deadline)
        throw new Error(`${operation} ${key} over ${over} is not decided: ${answer instanceof Error ? answer.message : answer.text}`);
    }
  }

  async open(sale: string, quota: number, mint: 'on-confirm' | 'on-request'): Promise<void> {
    const price = { amount: '5000', currency: 'EUR' };
    const body = { sale, name: 'Compose', units: { quota }, price, payment: 'none', mint };
    expectStatus(await this.decided('sale.open', `open-${sale}`, body, 'http'), 201);
  }

  async order(sale: string, key: string, over: Transport): Promise<Answer> {
    const answer = await this.decided('order.place', key, this.orderOf(sale, key), over);
    expectStatus(answer, 201);
    return answer;
  }

  private orderOf(sale: string, key: string): object {
    return { sale, buyer: `b-${key}`, quantity: 1, wallet: this.settings.ADMIT_WALLET };
  }

  /** One order over NATS and one over HTTP, sold, minted and in the ledger. */
  async sellAndMint(sale: string): Promise<readonly [Answer, Answer]> {
    await this.open(sale, 10, 'on-confirm');
    const answers = [await this.order(sale, `${sale}-nats`, 'nats'), await this.order(sale, `${sale}-http`, 'http')] as const;
    await waitFor(async () => (await this.balances(sale)).get('minted') === 2, {
      what: `both tickets of ${sale} are minted and in the ledger`,
      timeoutMs: MINTED_MS,
    });
    return answers;
  }

  /** The accounts of a sale in the ledger, over HTTP. */
  async balances(sale: string): Promise<ReadonlyMap<string, number>> {
    const { LEDGER_URL, ADMIT_API_KEY } = this.settings;
    const response = await fetch(`${LEDGER_URL}/v1/ledger/balances?sale=${sale}`, {
      headers: { authorization: `Bearer ${ADMIT_API_KEY}`, connection: 'close' },
    });
    const { balances } = (await response.json()) as { balances: readonly { readonly account: string; readonly amount: string }[] };
    return new Map(balances.map(({ account, amount }) => [account, Number(amount)]));
  }

  /** Sells until `stop` is called. */
  async rush(sale: string): Promise<Rush> {
    await this.open(sale, MOST_TICKETS, 'on-request');
    return new Rush(this, sale);
  }
}

/** Concurrent orders while containers are killed. */
export class Rush {
  private readonly answers = new Map<string, string>();
  private readonly callers: Promise<void>[];
  private isOver = false;

  constructor(
    private readonly selling: Selling,
    private readonly sale: string,
  ) {
    this.callers = Array.from({ length: CALLERS }, (_, number) => this.sell(number));
  }

  get sold(): number {
    return this.answers.size;
  }

  /** Stops after another failure, which is then reported. */
  abandon(): void {
    this.isOver = true;
    void Promise.allSettled(this.callers);
  }

  private async sell(number: number): Promise<void> {
    for (let at = 0; !this.isOver; at++) {
      const key = `${this.sale}-${number}-${at}`;
      this.answers.set(key, (await this.selling.order(this.sale, key, number % 2 === 0 ? 'http' : 'nats')).text);
      await pause(BETWEEN_MS);
    }
  }

  /**
   * Waits for requests in flight, then repeats every key.
   * @returns the number of orders
   * @throws Error if a key's answer changed, or the ledger counts another number of tickets
   */
  async stop(): Promise<number> {
    this.isOver = true;
    await Promise.all(this.callers);
    for (const [key, text] of this.answers) {
      const again = await this.selling.order(this.sale, key, 'http');
      if (again.text !== text) throw new Error(`The key ${key} had the answer ${text} and has ${again.text} now.`);
    }
    const sold = async (): Promise<boolean> => (await this.selling.balances(this.sale)).get('sold') === this.sold;
    await waitFor(sold, { what: `the ledger counts ${this.sold} tickets of ${this.sale}`, timeoutMs: LEDGER_MS });
    return this.sold;
  }
}

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`${status} was expected, not ${answer.status}: ${answer.text}`);
}
