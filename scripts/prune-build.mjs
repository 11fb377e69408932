// Removes compiled files whose source is gone. The compiler leaves them, and a program that still names one would run old code, here alone.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const COMPILED = /\.(?:js|d\.ts|js\.map)$/;

export function pruneBuild() {
  const dist = join(ROOT, 'dist');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
    if (COMPILED.test(name) && !existsSync(join(ROOT, name.replace(COMPILED, '.ts')))) rmSync(join(dist, name));
}

if (process.argv[1] === import.meta.filename) pruneBuild();
