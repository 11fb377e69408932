import type pg from 'pg';
import { atOneMoment } from '#shared/platform/ledger-reading.js';

/** A ticket's row in the ledger. */
export interface LedgerTicket {
  readonly ticket: string;
  readonly status: string;
  readonly asset: string | null;
  readonly signature: string | null;
  readonly holder: string | null;
  readonly sequence: number;
}

/** The ledger's tickets of one sale and its position, as of the same instant. */
export interface LedgerSale {
  readonly checkpoint: number;
  readonly tickets: ReadonlyMap<string, LedgerTicket>;
}

const MINT_STARTED = `select ticket, status, asset, signature, holder, sequence from ledger.ticket
  where tenant = $1 and sale = $2 and (asset is not null or status in ('minted', 'mint-failed'))`;

export const ledgerSale = (ledger: pg.Client, tenant: string, sale: string): Promise<LedgerSale> =>
  atOneMoment(ledger, () => saleIn(ledger, tenant, sale));

async function saleIn(ledger: pg.Client, tenant: string, sale: string): Promise<LedgerSale> {
  const { rows: at } = await ledger.query<{ sequence: string }>('select sequence from ledger.checkpoint');
  const { rows } = await ledger.query<Omit<LedgerTicket, 'sequence'> & { sequence: string }>(MINT_STARTED, [tenant, sale]);
  const tickets = rows.map((row): [string, LedgerTicket] => [row.ticket, { ...row, sequence: Number(row.sequence) }]);
  return { checkpoint: Number(at[0]?.sequence ?? 0), tickets: new Map(tickets) };
}

/** Every sale with a ticket in the ledger that has a mint attempt. */
export async function ledgerSales(ledger: pg.Client): Promise<readonly { readonly tenant: string; readonly sale: string }[]> {
  const sql = `select distinct tenant, sale from ledger.ticket where asset is not null or status in ('minted', 'mint-failed')`;
  return (await ledger.query<{ tenant: string; sale: string }>(sql)).rows;
}
