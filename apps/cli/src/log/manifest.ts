import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '#shared/kernel/fault.js';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;

const stream = z.strictObject({
  name: z.string(),
  file: z.string().regex(/^[A-Za-z0-9_-]+\.snapshot$/),
  bytes: z.number().int(),
  sha256: z.string(),
  messages: z.number().int(),
  lastSequence: z.number().int(),
  /** As the server returned it; a restore needs it unchanged. */
  config: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
});

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  epoch: z.string(),
  takenAt: z.string(),
  /** The position of each consumer of EVENTS before the first copy. No copy may hold the results of later work. */
  done: z.record(z.string(), z.number().int()),
  streams: z.array(stream),
});

export type StreamCopy = Readonly<z.infer<typeof stream>>;
/** The content of a backup. Written last: a folder without it is no backup. */
export type Manifest = Readonly<z.infer<typeof manifest>>;

export const manifestOf = (made: Omit<Manifest, 'format'>): Manifest => ({ format: FORMAT, ...made });

/** @throws Fault `configuration` when the folder holds no backup, or one of another version */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch (cause) {
    throw new Fault(
      'configuration',
      { problems: [`${folder} holds no backup of this version: ${MANIFEST} is missing or of another form`] },
      { cause },
    );
  }
}
