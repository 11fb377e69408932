import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { storeIn } from '../../dev/nats/server.js';
import type { Log } from './selling.js';

/** The possible files of a killed broker after a power cut. */
export class BrokenStore {
  private readonly store: string;
  private readonly earlier: string;
  private readonly commands: string;

  constructor(log: Pick<Log, 'dataDir'>) {
    this.store = storeIn(log.dataDir);
    this.earlier = join(log.dataDir, 'earlier');
    this.commands = join('jetstream', 'APP', 'streams', 'COMMANDS');
    if (!existsSync(join(this.store, this.commands))) throw new Error(`${this.commands} is not in ${this.store}`);
  }

  /** Copies all files as they are now, while the broker writes them. A file removed meanwhile is skipped. */
  copy(): void {
    rmSync(this.earlier, { recursive: true, force: true });
    cpSync(this.store, this.earlier, { recursive: true, filter: (path) => existsSync(path) });
  }

  /** All files are those of the copy. */
  restoreAll(): void {
    rmSync(this.store, { recursive: true });
    cpSync(this.earlier, this.store, { recursive: true });
  }

  /** The messages of COMMANDS and the positions of its consumers are those of the copy. */
  restoreCommands(): void {
    this.restore('');
  }

  /** The messages of COMMANDS are those of the copy; its consumers keep their latest positions, and so are ahead of its end. */
  restoreMessages(): void {
    this.restore('msgs');
  }

  /** Each file of messages of COMMANDS ends in its middle. */
  truncateMessages(): void {
    const folder = join(this.store, this.commands, 'msgs');
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      truncateSync(file, Math.floor(statSync(file).size / 2));
    }
  }

  private restore(part: string): void {
    const into = join(this.store, this.commands, part);
    rmSync(into, { recursive: true });
    cpSync(join(this.earlier, this.commands, part), into, { recursive: true });
  }
}
