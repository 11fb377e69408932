// Module hooks that let Node import TypeScript: `./x.js` finds `x.ts`, `#shared/x.js` finds the source, and swc removes the types.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const CONDITION = 'admit-source'; // package.json, "imports"
const CACHE = join(import.meta.dirname, '../../.admit/cache/swc');
const OPTIONS = readFileSync(join(import.meta.dirname, 'swc.json'), 'utf8');
const { version } = require('@swc/core/package.json');

mkdirSync(CACHE, { recursive: true });

export async function resolve(specifier, context, next) {
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true };
  }
  return next(specifier, { ...context, conditions: [...context.conditions, CONDITION] });
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const path = fileURLToPath(url);
  return { format: 'module', source: kept(path, readFileSync(path, 'utf8')), shortCircuit: true };
}

/** From the cache if neither the source, swc nor its options have changed. One entry a path, replaced in one step: workers share the folder. */
function kept(path, source) {
  const stamp = `// ${sha256(OPTIONS, version, source)}\n`;
  const entry = join(CACHE, `${sha256(path).slice(0, 32)}.js`);
  const found = existsSync(entry) ? readFileSync(entry, 'utf8') : '';
  if (found.startsWith(stamp)) return found.slice(stamp.length);
  const code = compile(path, source);
  const draft = `${entry}.${process.pid}`;
  writeFileSync(draft, stamp + code);
  renameSync(draft, entry);
  return code;
}

export function compile(path, source) {
  return require('@swc/core').transformSync(source, { ...JSON.parse(OPTIONS), filename: path, swcrc: false }).code;
}

function sha256(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}
