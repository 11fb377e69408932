import type { AccountImage } from '../bank/account-image.js';
import type { JournalRecord, TransactionLanded } from '../bank/journal.js';

type AccountLine =
  | readonly [address: string]
  | readonly [address: string, lamports: string, owner: string, executable: 0 | 1, data: string];
type LandedLine = Omit<TransactionLanded, 'accounts'> & { readonly accounts: readonly AccountLine[] };
type RecordLine = Exclude<JournalRecord, TransactionLanded> | LandedLine;

export function writeRecordLine(record: JournalRecord): string {
  const line: RecordLine = record.kind === 'landed' ? { ...record, accounts: record.accounts.map(accountLine) } : record;
  return `${JSON.stringify(line)}\n`;
}

export function readRecordLine(text: string): JournalRecord {
  const line = JSON.parse(text) as RecordLine;
  return line.kind === 'landed' ? { ...line, accounts: line.accounts.map(readAccountLine) } : line;
}

function accountLine([address, image]: readonly [string, AccountImage | null]): AccountLine {
  if (image === null) return [address];
  return [address, image.lamports.toString(), image.owner, image.executable ? 1 : 0, Buffer.from(image.data).toString('base64')];
}

function readAccountLine(line: AccountLine): readonly [string, AccountImage | null] {
  if (line.length === 1) return [line[0], null];
  const [address, lamports, owner, executable, data] = line;
  return [address, { lamports: BigInt(lamports), owner, executable: executable === 1, data: Buffer.from(data, 'base64') }];
}
