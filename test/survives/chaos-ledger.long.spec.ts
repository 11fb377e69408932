import { ledgerChaos } from '../../dev/chaos/ledger-chaos.js';

const LONG_MS = 240_000;

it(
  'neither loses nor doubles a row when projectors and Postgres are killed, set back and restored',
  async () => {
    const { seed, killed, rival, setBack, restored, entries, replay } = await ledgerChaos(10, 7);
    const { wanted } = entries;
    expect({ seed, setBack, restored, entries, replay }).toEqual({
      seed: 7,
      setBack: 1,
      restored: 1,
      entries: { wanted, found: wanted, doubled: 0 },
      replay: 'equal',
    });
    expect(killed.projectors + killed.postgres).toBe(10);
    expect(rival.lost).toBeGreaterThan(0); // a writer that is too late writes nothing
  },
  LONG_MS,
);
