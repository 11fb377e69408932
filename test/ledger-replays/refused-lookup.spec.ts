import type { Recorded } from '#shared/domain/recorded.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { waitFor } from '../../dev/processes/wait.js';
import { AT, LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('refused-lookup');

/** More commits than the comparison itself reads: those before them are loaded in bulk. */
const COMMITS_BEHIND = 80;
/** Postgres reads no text with a NUL: the query for this order fails. */
const unreadable = [{ type: 'OrderConfirmed', at: AT, data: { order: 'ord_\u0000' } }] as unknown as Recorded[];

it("[L11] reports a halt in a replay if Postgres refuses to look up an event's rows, as the live ledger halts there", async () => {
  const { projector, stop } = await stage.project();
  await stage.append(saleSubject('acme', 'late'), opening('late', 400));
  await stage.append(saleSubject('acme', 'late'), ordering('acme', 'late', 0));
  const bad = await stage.append(saleSubject('acme', 'late'), unreadable);
  await stage.append(saleSubject('demo', 'gala'), opening('gala', 400));
  let last = bad;
  for (let n = 0; n < COMMITS_BEHIND; n++) last = await stage.append(saleSubject('demo', 'gala'), ordering('demo', 'gala', n));
  await stage.reaches(last);
  await waitFor(() => projector.halted.has('acme'), { what: 'acme is halted', timeoutMs: WAIT_MS });
  await stop();
  await stage.rewind();
  expect(await stage.replay()).toMatchObject({ result: 'equal', halted: [{ tenant: 'acme', sequence: bad }] });
  expect(await stage.query('select tenant, sequence from ledger.tenant_halt')).toEqual([{ tenant: 'acme', sequence: String(bad) }]);
});
