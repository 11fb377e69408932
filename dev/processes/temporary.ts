import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PASSABLE = 0o711; // Postgres may run as another user and must reach its own folder inside

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** A fresh data folder for one test suite. */
export function temporaryFolder(name: string): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), `admit-${name}-`));
  chmodSync(path, PASSABLE);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
