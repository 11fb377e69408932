// Packs the client kit for npm: `npm run pack:client -- FOLDER` writes the tarball into FOLDER (default: here) and prints its path. The
// package is compiled into a temporary folder, so that nothing of it stays in the checkout.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const client = join(root, 'libs', 'client');
const target = resolve(process.argv[2] ?? '.');
/** Links to files of the repository, which the package does not have. */
const REPOSITORY_LINK = /\[([^\]]+)\]\(\.\.\/\.\.\/([^)]+)\)/g;

const folder = mkdtempSync(join(tmpdir(), 'admit-client-'));
try {
  const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', client, '--outDir', join(folder, 'esm')], { stdio: ['ignore', 'inherit', 'inherit'] });
  copyFileSync(join(client, 'package.json'), join(folder, 'package.json'));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const page = readFileSync(join(client, 'README.md'), 'utf8');
  writeFileSync(join(folder, 'README.md'), page.replace(REPOSITORY_LINK, '$1 (`$2` in the repository)'));
  mkdirSync(target, { recursive: true });
  const cli = process.env.npm_execpath; // the npm that runs this script; absent when plain node started it
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []];
  const args = [...first, 'pack', '--json', '--ignore-scripts', '--pack-destination', target];
  const [{ filename }] = JSON.parse(execFileSync(command, args, { cwd: folder, encoding: 'utf8' }));
  process.stdout.write(`${join(target, filename)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
