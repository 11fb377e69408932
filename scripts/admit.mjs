#!/usr/bin/env node
// The program that `npx admit` runs in a checkout: the built command.
import { existsSync } from 'node:fs';

const program = new URL('../dist/apps/cli/src/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('admit is not built yet: npm start or npm run build does it.\n');
  process.exitCode = 2;
}
