// Module hooks that take one guard out of one file on its way into a test. Only `npm run audit -- --mutate` registers them, in a jest
// configuration of its own: what is built and shipped never meets them.
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
