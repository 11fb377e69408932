import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlReport } from '../../dev/solana/control.js';
import { MeasuredProcess } from './measured-process.js';

const SLOT_MS = 400;
/** The faults during the measurement: some transactions and some responses are lost. */
const FAULTS = { drop: { probability: 0.05 }, 'land-then-time-out': { probability: 0.01 } };

/** The local Solana at real pace, in a separate process so that its cost is not counted as the minter's. */
export class ChainProcess extends MeasuredProcess {
  private constructor(
    child: ChildProcess,
    readonly url: string,
  ) {
    super(child);
  }

  static async start(): Promise<ChainProcess> {
    const args = [join('dist', 'dev', 'solana', 'main.js'), '--port', '0', '--slot-ms', `${SLOT_MS}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const chain = new ChainProcess(child, (JSON.parse(line) as { readonly url: string }).url);
    await fetch(`${chain.url}/control/faults`, { method: 'POST', body: JSON.stringify(FAULTS) });
    return chain;
  }

  /** Ends the faults, so that the final count reads correct data. */
  async calm(): Promise<ControlReport> {
    return (await (await fetch(`${this.url}/control/faults`, { method: 'DELETE' })).json()) as ControlReport;
  }
}

export const callsIn = ({ calls }: ControlReport): number => Object.values(calls).reduce((sum, count) => sum + count, 0);
