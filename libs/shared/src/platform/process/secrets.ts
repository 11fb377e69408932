import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const SECRET_BYTES = 24; // 192 bits, 32 characters of base64url: needs no escaping in URLs and configuration files

/** Reads the named secrets from a file and generates missing ones; only the owner may read the file. */
export function keepSecrets(path: string, names: readonly string[]): Readonly<Record<string, string>> {
  const kept: Record<string, string> = existsSync(path) ? parse(path) : {};
  const missing = names.filter((name) => kept[name] === undefined);
  if (missing.length === 0) return kept;
  for (const name of missing) kept[name] = randomBytes(SECRET_BYTES).toString('base64url');
  writePrivate(path, `${JSON.stringify(kept, null, 2)}\n`);
  return kept;
}

/** Atomic, and at no time readable by other users. */
export function writePrivate(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}

function parse(path: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch (error) {
    throw new Error(`${path} is damaged. Delete the folder it is in to start with empty data, or put the file back.`, { cause: error });
  }
}
