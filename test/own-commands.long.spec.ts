import { spawnSync } from 'node:child_process';

const COMMANDS = ['bench/main.js', 'dev/chaos/main.js', 'dev/audit/main.js', 'dev/fuzz/main.js', 'dev/histories/main.js'];
const run = (command: string, ...words: readonly string[]) =>
  spawnSync(process.execPath, [`dist/${command}`, ...words], { encoding: 'utf8', timeout: 60_000 });

describe('a command that the project has for itself', () => {
  it.each(COMMANDS)('%s names an unknown option, and does nothing', (command) => {
    const { status, stdout, stderr } = run(command, '--nonsense');
    expect([status, stdout, stderr]).toEqual([2, '', "error: unknown option '--nonsense'\n"]);
  });

  it.each(COMMANDS)('%s lists its options', (command) => {
    expect(run(command, '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: npm run ') });
  });

  it.each([
    ['bench/main.js', ['--size', '1e9', 'replay'], '--size'],
    ['bench/main.js', ['--size', '5', 'orders'], '--size needs the name of one bench'],
    ['bench/main.js', ['nothing'], 'orders, http, peers, flash'],
    ['dev/chaos/main.js', ['ledger', '--strikes', '0'], '--strikes'],
  ])('%s %j names its error, and what is allowed', (command, words, named) => {
    expect(run(command, ...words)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(named) });
  });
});
