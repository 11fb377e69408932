import type { Head } from '#shared/event-store/commit.js';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import type { NamedValues } from '#shared/event-store/named-values.js';
import { type Part, type Snapshot, Snapshots, type StoredSnapshot } from '#shared/event-store/snapshots.js';
import type { Hash } from '#shared/kernel/hash.js';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { SNAPSHOTS_BUCKET } from '#shared/platform/topology/streams.js';
import { Log } from '../stages/selling.js';

const SHAPE = 'notes/1';
/** The default maximum message size of NATS. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;
const log = Log.forTests('snapshots');
let subjects = 0;
let subject: string;
beforeEach(() => {
  subject = `ev.demo.sale.snapshot-${subjects++}`;
});

const headAt = (version: number): Head => ({ version, sequence: 10 * version, hash: `hash-${version}` as Hash });
const at = (version: number): Snapshot => ({ subject, head: headAt(version), length: 100 * version });
const notes = (count: number, text = 'n'): Part[] => [
  { kind: 'terms' },
  { kind: 'notes', rows: Array.from({ length: count }, (_, index) => [index, text]) },
];

async function read(snapshots: Snapshots, stored: StoredSnapshot | undefined): Promise<readonly Part[] | undefined> {
  if (stored === undefined) return undefined;
  const parts = new Map<string, Part>();
  for await (const part of snapshots.read(stored)) {
    const before = parts.get(part.kind);
    parts.set(part.kind, before?.rows === undefined ? part : { ...before, rows: [...before.rows, ...(part.rows ?? [])] });
  }
  return [...parts.values()];
}

const latest = async (snapshots: Snapshots): Promise<readonly Part[] | undefined> => read(snapshots, await snapshots.latest(subject));

/** Passes messages on until it is to stop. */
class Dying implements NamedValues {
  constructor(
    private readonly values: NamedValues,
    private left: number,
  ) {}

  get(name: string): ReturnType<NamedValues['get']> {
    return this.values.get(name);
  }

  bytes(name: string): ReturnType<NamedValues['bytes']> {
    return this.values.bytes(name);
  }

  async put(name: string, bytes: Uint8Array, after?: number): Promise<boolean> {
    if (this.left === 0) throw new Error('killed');
    this.left -= 1;
    return this.values.put(name, bytes, after);
  }
}

/** Stores every message; the acknowledgement of one name is lost. */
class Unheard implements NamedValues {
  constructor(
    private readonly values: NamedValues,
    private readonly name: string,
  ) {}

  get(name: string): ReturnType<NamedValues['get']> {
    return this.values.get(name);
  }

  bytes(name: string): ReturnType<NamedValues['bytes']> {
    return this.values.bytes(name);
  }

  async put(name: string, bytes: Uint8Array, after?: number): Promise<boolean> {
    const isStored = await this.values.put(name, bytes, after);
    if (name === this.name) throw new Error('no answer');
    return isStored;
  }
}

/** Lets another writer be faster, once, before its first put. */
class Slow implements NamedValues {
  private faster: Promise<unknown> | undefined;

  constructor(
    private readonly values: NamedValues,
    private readonly other: () => Promise<unknown>,
  ) {}

  get(name: string): ReturnType<NamedValues['get']> {
    return this.values.get(name);
  }

  bytes(name: string): ReturnType<NamedValues['bytes']> {
    return this.values.bytes(name);
  }

  async put(name: string, bytes: Uint8Array, after?: number): Promise<boolean> {
    this.faster ??= this.other();
    await this.faster;
    return this.values.put(name, bytes, after);
  }
}

/** With the rights that the purchase app has, and no others. */
async function onJetStream(): Promise<NamedValues> {
  const { user, pass } = log.server.credentials('purchase');
  return JetStreamValues.on(
    await log.keep(connectNats({ servers: [log.server.url], user, password: pass }, 'snapshots')),
    SNAPSHOTS_BUCKET,
  );
}

describe.each([
  ['memory', async (): Promise<NamedValues> => new MemoryValues()],
  ['JetStream', onJetStream],
])('snapshots on %s', (_, open) => {
  let values: NamedValues;
  let snapshots: Snapshots;
  beforeAll(async () => {
    values = await open();
  });
  beforeEach(() => {
    snapshots = new Snapshots(values, SHAPE);
  });
  const nameOf = (...more: readonly (string | number)[]): string => [subject.slice('ev.'.length), ...more].join('.');

  it('has none of a subject that none was taken of', async () => {
    expect(await snapshots.latest(subject)).toBeUndefined();
  });

  it('reads back the written snapshot, with its subject and version', async () => {
    expect(await snapshots.write(at(1), notes(3))).toBe(true);
    expect(await snapshots.latest(subject)).toMatchObject(at(1));
    expect(await latest(snapshots)).toEqual(notes(3));
  });

  it('cuts many rows, and long ones, into pieces that any server takes', async () => {
    const parts = notes(12_345, 'Größe 🎟️'.repeat(30));
    await snapshots.write(at(1), parts);
    const stored = (await snapshots.latest(subject)) as StoredSnapshot;
    const sizes = await Promise.all(
      stored.pieces.map(async (_piece, number) => (await values.get(nameOf(stored.head.version, number)))?.bytes.length),
    );
    expect(sizes.length).toBeGreaterThan(8);
    expect(Math.max(...(sizes as number[]))).toBeLessThan(MAX_PAYLOAD_BYTES);
    expect(await read(snapshots, stored)).toEqual(parts);
  });

  it('keeps the newest: neither an older one nor one of the same commit takes its place', async () => {
    await snapshots.write(at(2), notes(2));
    expect([await snapshots.write(at(1), notes(1)), await snapshots.write(at(2), notes(1))]).toEqual([false, false]);
    expect(await latest(snapshots)).toEqual(notes(2));
    expect(await snapshots.write(at(3), notes(3))).toBe(true);
    expect(await latest(snapshots)).toEqual(notes(3));
  });

  it('is the one before, whole, wherever the next one is broken off', async () => {
    await snapshots.write(at(1), notes(5_000));
    for (let puts = 0; ; puts++) {
      const wrote = await new Snapshots(new Dying(values, puts), SHAPE).write(at(2), notes(5_001)).catch(() => false);
      expect(await latest(snapshots)).toEqual(notes(wrote ? 5_001 : 5_000));
      if (wrote) break;
      expect(puts).toBeLessThan(10);
    }
  });

  it('is the new one if it was stored and the answer was lost, and the next follows it', async () => {
    await snapshots.write(at(1), notes(1));
    const unheard = new Snapshots(new Unheard(values, nameOf('head')), SHAPE);
    await expect(unheard.write(at(2), notes(2))).rejects.toThrow('no answer');
    expect(await latest(snapshots)).toEqual(notes(2));
    expect([await snapshots.write(at(2), notes(2)), await snapshots.write(at(3), notes(3))]).toEqual([false, true]);
    expect(await latest(snapshots)).toEqual(notes(3));
  });

  it('lets one of two concurrent writers win; a mixture is never read', async () => {
    await snapshots.write(at(1), notes(1));
    const writers = [2, 3].map((version) => new Snapshots(values, SHAPE).write(at(version), notes(5_000 + version, `by ${version}`)));
    expect((await Promise.all(writers)).filter((won) => won)).toHaveLength(1);
    expect([notes(5_002, 'by 2'), notes(5_003, 'by 3')]).toContainEqual(await latest(snapshots));
  });

  it('is whole when many write the same at once', async () => {
    await snapshots.write(at(1), notes(1));
    const writers = Array.from({ length: 4 }, () => new Snapshots(values, SHAPE).write(at(2), notes(5_000)));
    expect((await Promise.all(writers)).filter((won) => won)).toHaveLength(1);
    expect(await latest(snapshots)).toEqual(notes(5_000));
  });

  it('keeps the previous snapshot for its readers, and deletes older and failed ones', async () => {
    const kept = async (): Promise<number[]> => {
      const found = await Promise.all(
        [1, 2, 3, 4].map(async (version) => ((await values.get(nameOf(version, 0)))?.bytes.length ? [version] : [])),
      );
      return found.flat();
    };
    await snapshots.write(at(1), notes(1));
    const first = (await snapshots.latest(subject)) as StoredSnapshot;
    await snapshots.write(at(2), notes(2));
    expect([await read(snapshots, first), await kept()]).toEqual([notes(1), [1, 2]]);
    const late = new Snapshots(new Slow(values, () => snapshots.write(at(3), notes(3))), SHAPE);
    expect(await late.write({ ...at(2), head: headAt(4) }, notes(4))).toBe(false);
    expect([await kept(), await latest(snapshots)]).toEqual([[2, 3], notes(3)]);
    await expect(read(snapshots, first)).rejects.toMatchObject({ code: 'snapshot-unusable' });
  });

  it.each([
    ['changed', (name: string) => values.put(name, Buffer.from('{"kind":"notes","rows":[[0,"forged"]]}'))],
    ['not even JSON', (name: string) => values.put(name, Buffer.from('{'))],
  ])('rejects a piece that is %s, and replaces it with another of the same commit', async (_name, change) => {
    await snapshots.write(at(1), notes(3));
    await change(nameOf(1, 1));
    await expect(latest(snapshots)).rejects.toMatchObject({ code: 'snapshot-unusable', context: { subject, piece: 1 } });
    expect(await snapshots.write(at(1), notes(3))).toBe(true);
    expect(await latest(snapshots)).toEqual(notes(3));
  });

  it.each([
    ['unreadable', () => Buffer.from('{"shape":')],
    ['of another subject', (before: Uint8Array) => Buffer.from(Buffer.from(before).toString().replaceAll(subject, 'ev.demo.sale.other'))],
  ])('is missing if its index is %s, and is written again', async (_name, change) => {
    await snapshots.write(at(1), notes(3));
    const { bytes } = (await values.get(nameOf('head'))) as { bytes: Uint8Array };
    await values.put(nameOf('head'), change(bytes));
    expect(await snapshots.latest(subject)).toBeUndefined();
    expect(await snapshots.write(at(1), notes(4))).toBe(true);
    expect(await latest(snapshots)).toEqual(notes(4));
  });

  it('leaves one of another shape alone, and takes its place', async () => {
    await new Snapshots(values, 'notes/0').write(at(9), notes(9));
    expect(await snapshots.latest(subject)).toBeUndefined();
    expect(await snapshots.write(at(1), notes(1))).toBe(true);
    expect(await latest(snapshots)).toEqual(notes(1));
  });
});
