import type { Witness } from '#shared/event-store/chain-check.js';
import { withLedger } from '#shared/platform/ledger-reading.js';

/** What the ledger remembers of the log: how far it was, which log it was, and the last commit of every subject. */
export interface LedgerWitness {
  readonly sequence: number;
  readonly epoch: string | null;
  readonly heads: ReadonlyMap<string, Witness>;
}

/** Reads it as the replay's role, which may read the ledger and write nothing but its shadow. */
export async function readLedgerWitness(url: string): Promise<LedgerWitness> {
  return withLedger(url, async (client) => {
    await client.query('begin isolation level repeatable read read only');
    const [checkpoint] = (await client.query<{ sequence: string; epoch: string | null }>('select sequence, epoch from ledger.checkpoint'))
      .rows;
    const { rows } = await client.query<{ subject: string; version: string; hash: Witness['hash'] }>(
      'select subject, version, hash from ledger.log_head',
    );
    const heads = new Map(rows.map(({ subject, version, hash }): [string, Witness] => [subject, { version: Number(version), hash }]));
    return { sequence: Number(checkpoint?.sequence ?? 0), epoch: checkpoint?.epoch ?? null, heads };
  });
}
