import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../dev/processes/ports.js';
import { projectFolder } from '../../dev/processes/project.js';

/** Each process's choices, of 12,000 ports: without reservations, about ten of these would be equal. */
const CHOICES = 250;
const run = promisify(execFile);

it('no port is given twice, neither to this process nor to one that chooses at the same time', async () => {
  const built = JSON.stringify(join(projectFolder(), 'dist/dev/processes/ports.js'));
  const script = `const { freePort } = await import(${built}); for (let n = 0; n < ${CHOICES}; n++) console.log(await freePort());`;
  const other = run(process.execPath, ['--input-type=module', '--eval', script]);
  const ports: number[] = [];
  for (let choices = 0; choices < CHOICES; choices++) {
    const first = await freePort(2);
    ports.push(first, first + 1);
  }
  const all = [...ports, ...(await other).stdout.trim().split('\n').map(Number)];
  expect([all.length, new Set(all).size]).toEqual([3 * CHOICES, 3 * CHOICES]);
});
