// Module hooks that remove one guard from one file while a test loads it. Only `npm run audit -- --mutate` registers them, in a Jest
// configuration of its own; they are never built or shipped.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../test/runner/typescript-hooks.mjs';

let mutant;

/** @param path of the file that describes the mutant: `{ file, from, to }` */
export function initialize(path) {
  mutant = JSON.parse(readFileSync(path, 'utf8'));
}

export async function load(url, context, next) {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  if (!path.replaceAll('\\', '/').endsWith(`/${mutant.file}`)) return next(url, context);
  const source = readFileSync(path, 'utf8').replace(mutant.from, () => mutant.to);
  return { format: 'module', source: compile(path, source), shortCircuit: true };
}
