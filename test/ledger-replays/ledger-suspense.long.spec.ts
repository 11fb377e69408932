import type { Recorded } from '#shared/domain/recorded.js';
import { decodeLink } from '#shared/event-store/commit.js';
import { ledgerSubject, saleSubject } from '#shared/event-store/event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import { AT, LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('ledger-suspense');

const halts = () => stage.query('select tenant, sequence, event_index, reason from ledger.tenant_halt order by tenant');
const haltOf = async (tenant: string) => (await halts()).find((halt) => halt.tenant === tenant);
const append = (tenant: string, sale: string, events: readonly object[]) =>
  stage.append(saleSubject(tenant, sale), events as readonly Recorded[]);

/** An event about an order that was never placed: no version can apply it. */
const lost = (order: string) => ({ type: 'OrderConfirmed', at: AT, data: { order } });
const lostMoney = { type: 'OrderConfirmed', at: AT, data: { order: 'ord_x', payment: 'p-1', amount: '700', currency: 'EUR' } };

/** What `admit ledger suspend` writes. */
async function suspend(tenant: string, sale: string, sequence: number, index?: number): Promise<number> {
  const message = await stage.message(sequence);
  const { version, hash } = decodeLink(message.subject, sequence, message.body);
  const about = { subject: message.subject, version, hash, sequence, ...(index !== undefined && { index }) };
  const event = { type: 'EventSuspended', at: AT + 5, data: { ...about, refusal: 'as told', reason: 'by hand' } };
  return stage.append(ledgerSubject(tenant, sale), [event as unknown as Recorded]);
}

async function replay() {
  await stage.rewind();
  return stage.replay();
}

const suspense = (tenant: string) =>
  stage.query(
    `select sequence, event_index, event, unit, amount, order_id from ledger.ledger_entry where tenant = $1 and debit = 'suspense' order by sequence, event_index, entry_index`,
    [tenant],
  );

describe('[L11] an event that the ledger cannot apply', () => {
  let bad: number;

  it('halts its tenant, and is named by its place in its commit', async () => {
    await stage.append(saleSubject('acme', 'late'), opening('late', 40));
    bad = await append('acme', 'late', [...ordering('acme', 'late', 0), lost('ord_lost'), ...ordering('acme', 'late', 1)]);
    await append('acme', 'late', ordering('acme', 'late', 2));
    await stage.projects(() => stage.append(saleSubject('demo', 'gala'), opening('gala', 4)));
    expect(await halts()).toMatchObject([{ tenant: 'acme', sequence: String(bad), event_index: 4 }]);
    expect(await replay()).toMatchObject({ result: 'equal', halted: [{ tenant: 'acme', sequence: bad }] });
  });

  it('goes to suspense by a decision in the log, and its tenant continues with the rest of that commit and later ones', async () => {
    const { projector, stop } = await stage.project();
    await waitFor(() => projector.halted.size === 1, { what: 'the halt is known', timeoutMs: WAIT_MS });
    await suspend('acme', 'late', bad, 4);
    await waitFor(async () => (await haltOf('acme')) === undefined, { what: 'acme goes on', timeoutMs: WAIT_MS });
    await append('acme', 'late', ordering('acme', 'late', 3));
    const last = await stage.append(saleSubject('acme', 'next'), opening('next', 4));
    await stage.reaches(last);
    await stop();
    expect(await suspense('acme')).toEqual([
      { sequence: String(bad), event_index: 4, event: 'OrderConfirmed', unit: 'events:late', amount: '1', order_id: 'ord_lost' },
    ]);
    expect(await stage.query(`select count(*) from ledger.sale_order where tenant = 'acme' and status = 'confirmed'`)).toEqual([
      { count: '4' },
    ]);
  });

  it('goes to suspense in a replay too, bit for bit, and also as of a position before the decision', async () => {
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
    await stage.rewind();
    expect(await stage.replay({ until: bad + 1 })).toMatchObject({ result: 'equal', halted: [] });
    await stage.rewind();
    expect(await stage.replay({ tenant: 'acme' })).toMatchObject({ result: 'equal', halted: [] });
  });

  it('goes to suspense when the ledger is rebuilt by the projector, and by a replay that trusts only the log', async () => {
    const before = await stage.query('select * from ledger.tenant_chain order by tenant');
    const tables = ['ledger_entry', 'sale', 'sale_order', 'ticket', 'payment', 'account_balance', 'tenant_chain', 'log_head', 'suspension'];
    await stage.query(`truncate ${tables.map((table) => `ledger.${table}`).join(', ')}`);
    await stage.query('update ledger.checkpoint set sequence = 0, epoch = null');
    const { stop } = await stage.project();
    await waitFor(async () => (await haltOf('acme')) === undefined && (await suspense('acme')).length === 1, {
      what: 'acme goes on',
      timeoutMs: WAIT_MS,
    });
    expect(await stage.query('select * from ledger.tenant_chain order by tenant')).toEqual(before);
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
    await stage.promote({}, true);
    await waitFor(async () => (await haltOf('acme')) === undefined, { what: 'acme goes on', timeoutMs: WAIT_MS });
    await stop();
    expect(await stage.query('select * from ledger.tenant_chain order by tenant')).toEqual(before);
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });

  it('halts its tenant again if another event depends on it; that can go to suspense as well, with its money and tickets', async () => {
    await stage.append(saleSubject('zoo', 'day'), opening('day', 40));
    const placed = ordering('zoo', 'day', 0).map((event) =>
      event.type === 'OrderPlaced' ? { ...event, data: { ...event.data, total: 0 } } : event,
    );
    const first = await append('zoo', 'day', placed);
    const second = await append('zoo', 'day', [lostMoney]);
    const { stop } = await stage.project();
    const haltsAt = (sequence: number, index: number) =>
      waitFor(async () => Object.is(Number((await haltOf('zoo'))?.sequence), sequence) && (await haltOf('zoo'))?.event_index === index, {
        what: `zoo is halted at ${sequence}.${index}`,
        timeoutMs: WAIT_MS,
      });
    await haltsAt(first, 1);
    await suspend('zoo', 'day', first, 1);
    await haltsAt(first, 2); // the order is not there that is confirmed
    await suspend('zoo', 'day', first);
    await haltsAt(second, 0);
    await suspend('zoo', 'day', second, 0);
    await waitFor(async () => (await haltOf('zoo')) === undefined, { what: 'zoo goes on', timeoutMs: WAIT_MS });
    await stage.reaches(await append('zoo', 'day', ordering('zoo', 'day', 5)));
    await stop();
    const balances = await stage.query(
      `select unit, account, amount from ledger.account_balance where tenant = 'zoo' and account in ('suspense', 'suspended', 'available', 'held', 'sold', 'opened') order by unit, account`,
    );
    const of = (unit: string, account: string) => Number(balances.find((row) => row.unit === unit && row.account === account)?.amount ?? 0);
    for (const unit of ['EUR', 'events:day', 'mints:day', 'tickets:day'])
      expect([unit, of(unit, 'suspense')]).toEqual([unit, of(unit, 'suspended')]);
    expect(['EUR', 'events:day', 'mints:day', 'tickets:day'].map((unit) => of(unit, 'suspense'))).toEqual([700, 4, 2, 2]);
    const tickets = (account: string) => of('tickets:day', account);
    expect(tickets('available') + tickets('held') + tickets('sold') + tickets('suspense')).toBe(tickets('opened') + tickets('suspended'));
    expect(await replay()).toMatchObject({ result: 'equal', halted: [] });
  });
});
