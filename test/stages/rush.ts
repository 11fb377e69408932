import { ledgerUrls } from '../../dev/postgres/ledger-database.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import type { Caller, Heard } from '../harness/caller.js';
import { counted, type Told, toldOf } from './crash-stage.js';
import { DATABASE, type RunningLedger } from './ledger-app.js';
import type { ClusterLog } from './selling.js';

export const BUYERS = 400;
export const SEATS = 200;
const BEGUN_MS = 60_000;

/** The parts of a stage that a rush needs. */
interface Ground {
  readonly log: ClusterLog;
  readonly callers: readonly Caller[];
}

/** Two buyers for every seat of a sale, shared out over the callers of a stage. */
export class Rush {
  constructor(private readonly stage: Ground) {}

  callerOf(buyer: number): Caller {
    return this.stage.callers[buyer % this.stage.callers.length] as Caller;
  }

  open(sale: string, more: object = {}): Promise<Heard> {
    const units = { rows: [{ row: 'A', from: 1, to: SEATS }] };
    const terms = { sale, name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', ...more };
    return this.callerOf(0).askUntilSettled('sale.open', terms, `open-${sale}`);
  }

  /** One buyer and one seat; repeats use the same key and request; `elsewhere`: a caller this many positions further on. */
  place(sale: string, buyer: number, elsewhere = 0): Promise<Heard> {
    const key = `${sale}-${buyer}`;
    return this.callerOf(buyer + elsewhere).askUntilSettled('order.place', { sale, buyer: key, units: [`A-${(buyer % SEATS) + 1}`] }, key);
  }

  /** All of them at once, and something that happens to the servers as soon as the rush has begun. */
  async through(sale: string, strike: () => Promise<unknown>): Promise<readonly Heard[]> {
    await this.open(sale);
    let answered = 0;
    const struck = waitFor(() => answered > BUYERS / 20, { what: 'the rush has begun', timeoutMs: BEGUN_MS }).then(strike);
    const asked = Array.from({ length: BUYERS }, async (_, buyer) => {
      const response = await this.place(sale, buyer);
      answered += 1;
      return response;
    });
    const response = await Promise.all(asked);
    await struck;
    return response;
  }

  /** No acknowledged order is lost, no seat sold twice, each key decided once; and a repeat, on any server, gets the same answer. */
  async expectSoldOnce(sale: string, response: readonly Heard[]): Promise<void> {
    const told = await this.told(sale);
    expect([counted(told.units), counted(told.decisions)]).toEqual([
      [SEATS, SEATS],
      [BUYERS, BUYERS],
    ]);
    expect([...told.orders].sort()).toEqual([...ordersOf(response)].sort());
    for (const elsewhere of [0, 1]) {
      const again = await Promise.all(response.map((_, buyer) => this.place(sale, buyer, elsewhere)));
      expect(again.map(({ text }) => text)).toEqual(response.map(({ text }) => text));
    }
  }

  /**
   * The ledger contains everything that these sales sold, and nothing else; and `admit replay`, with every server of the log, gives the
   * same.
   */
  async expectInLedger(ledger: RunningLedger, sales: readonly string[]): Promise<void> {
    await ledger.catchesUp();
    const rows = await ledger.query<{ order_id: string }>('select order_id from ledger.sale_order');
    const logged = await Promise.all(sales.map(async (sale) => (await this.told(sale)).orders));
    expect(rows.map(({ order_id: order }) => order).sort()).toEqual(logged.flat().sort());
    const { server } = this.stage.log;
    const { replay: DATABASE_REPLAY_URL } = ledgerUrls(ledger.postgres, DATABASE);
    const settings = { ...operatorOf(server), NATS_REPLAY_PASSWORD: server.credentials('replay').pass, DATABASE_REPLAY_URL };
    expect(await admit(settings, 'replay')).toMatchObject({ code: 0, out: expect.stringContaining('equal') });
  }

  told(sale: string): Promise<Told> {
    return toldOf(this.stage.log, sale);
  }
}

export const ordersOf = (response: readonly Heard[]): readonly string[] =>
  response.flatMap(({ status, body }) => (status === 201 ? [`${body.order}`] : []));
