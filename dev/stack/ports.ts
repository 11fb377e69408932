import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from '#shared/platform/process/secrets.js';
import { freePort, isFree } from '../processes/ports.js';

/** The default ports of these services; below the range from which systems take outgoing ports. */
export const USUAL_PORTS = {
  nats: 4222,
  natsMonitor: 8222,
  postgres: 25_432,
  solana: 8899,
  purchase: 3000,
  ledger: 3002,
  console: 3003,
  purchaseHealth: 3010,
  minterHealth: 3011,
  ledgerHealth: 3012,
  webhooksHealth: 3014,
  consoleHealth: 3013,
};
export type Ports = Readonly<Record<keyof typeof USUAL_PORTS, number>>;

const PAIR_TRIES = 20;

/** The ports of the last run, else the default ports, else free ones. A clash moves one process only; stack.env holds its new port. */
export async function choosePorts(dataDir: string, usual: boolean): Promise<Ports> {
  const file = join(dataDir, 'ports.json');
  const before: Partial<Record<string, number>> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>)
    : {};
  const chosen: Record<string, number> = {};
  const taken = new Set<number>();
  for (const [name, port] of Object.entries(USUAL_PORTS)) {
    const preferred = before[name] ?? (usual ? port : undefined);
    chosen[name] = await choose(preferred, taken, name === 'solana' ? 2 : 1); // the RPC's subscriptions listen one port above
  }
  writePrivate(file, `${JSON.stringify(chosen, null, 2)}\n`);
  return chosen as Ports;
}

async function choose(preferred: number | undefined, taken: Set<number>, width: number): Promise<number> {
  for (let tries = 0; tries < PAIR_TRIES; tries++) {
    const first = tries === 0 && preferred !== undefined ? preferred : await freePort(width);
    const range = Array.from({ length: width }, (_, i) => first + i);
    const free = await Promise.all(range.map(isFree));
    if (!free.every(Boolean) || range.some((port) => taken.has(port))) continue;
    for (const port of range) taken.add(port);
    return first;
  }
  throw new Error(`No ${width} free ports in a row on 127.0.0.1.`);
}
