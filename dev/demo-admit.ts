import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Settings } from './stack/wiring.js';

/** Runs `admit` with only these settings in its environment. @returns the last line it prints. @throws Error with its output if it fails */
export async function admit(args: readonly string[], settings: Settings): Promise<string> {
  const env = { PATH: process.env.PATH, ...settings };
  const child = spawn(process.execPath, [join('dist', 'apps', 'cli', 'src', 'main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let trouble = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`admit ${args.join(' ')} ended with ${code}:\n${trouble}${output}`);
  return output.trim().split('\n').at(-1) ?? '';
}
