// Builds the page of the console: one script and one style sheet, without anything from another host.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const FROM = join(ROOT, 'apps', 'console', 'page');
const TO = join(ROOT, 'dist', 'apps', 'console', 'page');

mkdirSync(TO, { recursive: true });
await build({
  entryPoints: { page: join(FROM, 'main.tsx') },
  outdir: TO,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'inline', // the licences of Preact and uPlot require their notices
  logLevel: 'warning',
});
for (const name of ['index.html', 'icon.svg']) copyFileSync(join(FROM, name), join(TO, name));
