import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';

/**
 * `node backup-keeper.js <nats-server> <folder>`: runs the server whose configuration and data are in the folder, as long as its own
 * standard input is open. The input closes when the parent exits for any reason. The keeper then removes the process and the folder.
 */
const [program = '', folder = ''] = process.argv.slice(2);

const told = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal));
const server = spawn(program, ['-c', 'nats.conf'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
const gone = once(server, 'exit').catch((thrown: Error) => process.stderr.write(`${thrown.message}\n`));
await Promise.race([gone, once(process.stdin.resume(), 'close'), ...told]);
server.kill('SIGKILL'); // it has nothing to save; SIGKILL at once keeps it from blocking the removal of its folder
await gone;
await rm(folder, { recursive: true, force: true });
process.exit(0);
