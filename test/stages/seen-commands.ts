import type { Msg } from '@nats-io/transport-node';
import type { Log } from './selling.js';

/** The commands that were published, as they were: COMMANDS keeps one only until it is decided. */
export class SeenCommands {
  readonly all: Msg[] = [];

  static async on({ admin }: Pick<Log, 'admin'>): Promise<SeenCommands> {
    const seen = new SeenCommands();
    admin.subscribe('cmd.>', { callback: (_, message) => void seen.all.push(message) });
    await admin.flush();
    return seen;
  }

  /** The one that was published last. */
  get last(): Msg {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error('no command was published');
    return last;
  }
}
