import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalRecord } from '../bank/journal.js';
import { FileJournal } from './file.js';

const image = { lamports: 2n ** 60n + 1n, owner: 'owner', executable: false, data: Uint8Array.from([1, 2, 255]) };

describe('the journal on disk', () => {
  let directory: string;
  const open = () => new FileJournal(directory, () => 'genesis');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function landed(journal: FileJournal, slot: number): JournalRecord {
    const history = journal.appendHistory(`told of ${slot}`);
    const accounts: [string, typeof image | null][] = [
      ['written', image],
      ['removed', null],
    ];
    return {
      kind: 'landed',
      slot,
      time: 1,
      signature: `s${slot}`,
      err: { InstructionError: [0, 'X'] },
      memo: null,
      keys: ['k'],
      history,
      accounts,
    };
  }

  it('reads back what was written, including bytes and big numbers, without a torn end', () => {
    const first = open();
    const records: JournalRecord[] = [{ kind: 'slot', slot: 1, time: 5 }, landed(first, 1), { kind: 'rolled-back', toSlot: 0 }];
    for (const record of records) first.append(record);
    first.close();
    appendFileSync(join(directory, 'journal.jsonl'), '{"kind":"slot","sl');
    appendFileSync(join(directory, 'history.blob'), 'never pointed at');

    const second = open();
    const more = landed(second, 2);
    second.append(more);
    second.close();
    const third = open();
    const [, read] = third.past();
    const past = [...third.past()];
    expect(past.map(({ kind }) => kind)).toEqual(['slot', 'landed', 'rolled-back', 'landed']);
    expect(read?.kind === 'landed' && read.accounts[0]?.[1]).toMatchObject({ lamports: image.lamports, data: Buffer.from(image.data) });
    expect(past.flatMap((record) => (record.kind === 'landed' ? [third.readHistory(record.history)] : []))).toEqual([
      'told of 1',
      'told of 2',
    ]);
    expect(third.readHistory({ offset: 10_000, length: 5 })).toBeNull();
    third.close();
  });

  it('shrinks at the start after an idle chain, and loses no landed transaction', () => {
    const first = open();
    first.append(landed(first, 1));
    for (let slot = 2; slot < 30_000; slot += 1) first.append({ kind: 'slot', slot, time: 1_790_000_000 });
    first.close();
    const before = statSync(join(directory, 'journal.jsonl')).size;
    const second = open();
    expect(statSync(join(directory, 'journal.jsonl')).size).toBeLessThan(before / 10);
    const past = [...second.past()];
    expect(second.genesisHash).toBe('genesis');
    expect([past[0]?.kind, past.at(-1)]).toEqual(['landed', { kind: 'slot', slot: 29_999, time: 1_790_000_000 }]);
    second.close();
  });
});
