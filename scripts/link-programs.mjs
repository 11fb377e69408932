// Creates the links in node_modules/.bin that npm would create if this package were installed, so that `npx admit` works in the checkout.
import { mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '..', 'node_modules', '.bin');
const TARGET = join('..', '..', 'scripts', 'admit.mjs');

export function linkPrograms() {
  mkdirSync(BIN, { recursive: true });
  if (process.platform === 'win32') {
    writeFileSync(join(BIN, 'admit.cmd'), `@node "%~dp0${TARGET}" %*\r\n`);
    writeFileSync(join(BIN, 'exec.cmd'), '@%*\r\n'); // `exec` in a package.json script is built into other shells
    return;
  }
  const link = join(BIN, 'admit');
  if (targetOf(link) === TARGET) return;
  rmSync(link, { force: true });
  symlinkSync(TARGET, link);
}

function targetOf(link) {
  try {
    return readlinkSync(link);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'EINVAL') return undefined; // absent, or not a link
    throw error;
  }
}

if (process.argv[1] === import.meta.filename) linkPrograms();
