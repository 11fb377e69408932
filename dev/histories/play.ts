import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { internalCommand } from '../../apps/purchase/src/requests/command.js';
import { aimed, crowdOrder, orderKey, type SeenSale } from './aim.js';
import { type History, type Step, TENANTS } from './history.js';
import type { HistoryLog } from './log.js';
import { INBOX, Selling } from './selling.js';

const START_MS = Date.UTC(2027, 0, 1);

/** Plays a history onto a log. @returns its sales, with every result reported */
export async function play(history: History, log: HistoryLog, name: string): Promise<readonly Selling[]> {
  const player = new Player(history, log, name);
  for (const [index, { body, ...place }] of history.openings.entries())
    player.ask({ ...place, operation: 'sale.open', body, key: `open-${index}` });
  for (const [index, step] of history.steps.entries()) await player.take(step, index);
  return player.end();
}

class Player {
  private readonly sellings: readonly (readonly Selling[])[];
  private now = START_MS;

  constructor(history: History, log: HistoryLog, name: string) {
    const tenants = Array.from({ length: TENANTS }, (_, index) => `${name}-${index}` as TenantId);
    this.sellings = tenants.map((tenant) => history.sales.map((sale) => new Selling(log, tenant, sale as SaleId)));
  }

  async take(step: Step, index: number): Promise<void> {
    switch (step.kind) {
      case 'ask': {
        const key = step.operation === 'order.place' ? orderKey(step.aims) : `${step.operation}-${index}`;
        const body = aimed(step, seenBy(this.at(step)), seenBy(this.at({ ...step, sale: step.sale + 1 })));
        const asked = this.ask({ ...step, body, key });
        if (!step.together) asked.commit();
        return;
      }
      case 'crowd':
        return this.crowd(step);
      case 'mint':
        return this.at(step).mint(step.ticket, step.moves, this.now);
      case 'report':
        return this.report(this.at(step), step);
      case 'sweep': {
        const { tenant, sale } = this.at(step);
        this.at(step).decide({ ...internalCommand({ tenant, sale }, 'sale.sweep', `sweep-${index}`, {}), reply: INBOX }, this.now);
        return;
      }
      case 'wait':
        this.now += step.ms;
    }
  }

  ask({
    operation,
    body,
    key,
    ...place
  }: Pick<Extract<Step, { kind: 'ask' }>, 'tenant' | 'sale' | 'operation' | 'body'> & { readonly key: string }): Selling {
    const selling = this.at(place);
    if (operation === 'sale.open' || selling.fold.sale.open !== undefined)
      selling.ask(operation, { ...body, sale: selling.sale }, key, this.now);
    return selling;
  }

  /** Reports the minter's events to every sale, and appends all decisions to the log. */
  end(): readonly Selling[] {
    const all = this.sellings.flat();
    for (const selling of all) {
      while (selling.reports.length > 0) this.report(selling, { nth: 0, again: false });
      selling.commit();
    }
    return all;
  }

  private report(selling: Selling, { nth, again }: { readonly nth: number; readonly again: boolean }): void {
    const place = nth % Math.max(selling.reports.length, 1);
    const command = selling.reports[place];
    if (command === undefined) return;
    selling.decide(command, this.now);
    if (!again) selling.reports.splice(place, 1);
  }

  /** This many buyers order one after the other, the maximum of one order each. */
  private crowd({ buyers, ...place }: Extract<Step, { kind: 'crowd' }>): void {
    for (let buyer = 0; buyer < buyers; buyer++)
      this.ask({ ...place, operation: 'order.place', body: crowdOrder(seenBy(this.at(place)), buyer), key: `crowd-${buyer}` });
    this.at(place).commit();
  }

  private at({ tenant, sale }: { readonly tenant: number; readonly sale: number }): Selling {
    const sales = this.sellings[tenant % TENANTS] as readonly Selling[];
    return sales[sale % sales.length] as Selling;
  }
}

const seenBy = ({ tenant, sale, fold: { sale: state } }: Selling): SeenSale => ({
  tenant,
  sale,
  terms: state.open?.terms,
  order: (id) => {
    const order = state.open?.orders.get(id);
    return order && { amount: order.total.amount, tickets: order.tickets.map(({ ticket }) => ticket) };
  },
});
