import { pino } from 'pino';
import { metadataDocument, metadataPath } from '#shared/domain/mint/metadata-document.js';
import { sha256 } from '#shared/kernel/hash.js';
import { Documents } from './documents.js';

const TENANT = 'demo';
const tenants = { all: [{ tenant: TENANT }], onChange: () => undefined } as never;
const ticketOf = (number: number): string =>
  `tkt_${`${number}`.replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit))).padStart(26, 'z')}`;
const rowOf = (ticket: string) => {
  const row = { name: 'Gala', sale: 'gala', ticket, unit: 'A-1', symbol: 'ADMIT' };
  return { ...row, document: sha256(metadataDocument({ ...row, tenant: TENANT })) };
};

/** A ledger whose queries resolve when the test releases them. */
class SlowLedger {
  reads = 0;
  private readonly held: (() => void)[] = [];
  private going = false;

  constructor(private readonly rows: (ticket: string) => readonly object[]) {}

  async read<T>(_: string, look: (rows: (sql: string, values: readonly unknown[]) => Promise<never>) => Promise<T>): Promise<T> {
    this.reads += 1;
    if (!this.going) await new Promise<void>((resolve) => this.held.push(resolve));
    return look(async (_sql, [, ticket]) => this.rows(String(ticket)) as never);
  }

  letGo(): void {
    this.going = true;
    for (const go of this.held.splice(0)) go();
  }
}

function documentsOf(ledger: SlowLedger) {
  const documents = new Documents(ledger, tenants, pino({ level: 'silent' }));
  return (number: number) => {
    const [mark = '', ticket = ''] = metadataPath(TENANT, ticketOf(number)).split('/');
    return documents.at(mark, ticket);
  };
}

describe('the documents of tickets', () => {
  it('are read two at once, however many requests arrive, and are rejected with a retry time while hundreds wait', async () => {
    const ledger = new SlowLedger((ticket) => [rowOf(ticket)]);
    const ask = documentsOf(ledger);
    const asked = Promise.all(Array.from({ length: 1_000 }, (_, number) => ask(number)));
    expect(await ask(1_000)).toMatchObject({ status: 503, retryAfterSeconds: 1, body: expect.stringContaining('documents-busy') });
    expect(ledger.reads).toBe(2);
    ledger.letGo();
    const statuses = (await asked).map(({ status }) => status);
    expect([200, 503].map((status) => statuses.filter((each) => each === status).length)).toEqual([258, 742]);
    expect(ledger.reads).toBe(258);
    expect(await ask(1_000)).toMatchObject({ status: 200 });
  });

  it('are read once: they never change', async () => {
    const ledger = new SlowLedger((ticket) => [rowOf(ticket)]);
    const ask = documentsOf(ledger);
    ledger.letGo();
    const first = await ask(1);
    for (let time = 0; time < 100; time += 1) expect(await ask(1)).toEqual(first);
    expect(ledger.reads).toBe(1);
    for (let number = 2; number < 10_002; number += 1) await ask(number);
    await ask(1); // the cache keeps ten thousand, and more were read since
    expect(ledger.reads).toBe(10_002);
  });

  it('are searched again while they do not exist', async () => {
    let planned = false;
    const ledger = new SlowLedger((ticket) => (planned ? [rowOf(ticket)] : []));
    const ask = documentsOf(ledger);
    ledger.letGo();
    expect(await ask(1)).toMatchObject({ status: 404 });
    planned = true;
    expect(await ask(1)).toMatchObject({ status: 200 });
  });
});
