import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf } from './errors.js';

// Below the ephemeral port range (32768+ on Linux, 49152+ elsewhere). Otherwise a client that reconnects while its server is down could get the
// server's own port and connect to itself.
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const TRIES = 200;
/** Longer than a server is configured, started, killed and started again in any test. */
const RESERVED_MS = 900_000;

/**
 * A port that is free now, the first of `width` neighbours. For 15 minutes no process of this user gets one of them again: several processes
 * choose ports at the same time, and a port stays unused until its server starts, and while its server is down. Other programs may take it.
 */
export async function freePort(width = 1): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    const range = Array.from({ length: width }, (_, next) => port + next);
    if (range.every(reserve) && (await Promise.all(range.map(isFree))).every(Boolean)) return port;
  }
  throw new Error(`No ${width} free ports in a row found between ${LOWEST_PORT} and ${HIGHEST_PORT} on 127.0.0.1.`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Creates the port's file unless another process did so lately. */
function reserve(port: number): boolean {
  const folder = join(tmpdir(), `admit-ports-${process.getuid?.() ?? 'user'}`);
  const file = join(folder, String(port));
  mkdirSync(folder, { recursive: true });
  try {
    if (isOld(file)) rmSync(file, { force: true });
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function isOld(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > RESERVED_MS;
}
