import type pg from 'pg';
import type { Witness } from '#shared/event-store/chain-check.js';
import { atOneMoment, withLedger } from '#shared/platform/ledger-reading.js';

/** The ledger's record of the log: its position, the log's epoch, and the last commit of every subject. */
export interface LedgerWitness {
  readonly sequence: number;
  readonly epoch: string | null;
  readonly heads: ReadonlyMap<string, Witness>;
}

/** Reads with the replay's role, which may read the ledger and write only its shadow. */
export const readLedgerWitness = (url: string): Promise<LedgerWitness> =>
  withLedger(url, (ledger) => atOneMoment(ledger, () => witnessIn(ledger)));

async function witnessIn(ledger: pg.Client): Promise<LedgerWitness> {
  const [checkpoint] = (await ledger.query<{ sequence: string; epoch: string | null }>('select sequence, epoch from ledger.checkpoint'))
    .rows;
  const { rows } = await ledger.query<{ subject: string; version: string; hash: Witness['hash'] }>(
    'select subject, version, hash from ledger.log_head',
  );
  const heads = new Map(rows.map(({ subject, version, hash }): [string, Witness] => [subject, { version: Number(version), hash }]));
  return { sequence: Number(checkpoint?.sequence ?? 0), epoch: checkpoint?.epoch ?? null, heads };
}
