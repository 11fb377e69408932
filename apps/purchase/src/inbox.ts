import { JetStreamApiError, type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Command, commandMessageId, commandSubject, encodeCommand } from './command.js';
import { Turns } from './turns.js';

/** What became of a command that was to be stored: it lies in COMMANDS; a copy lay there already; it was refused, for a copy or a full stream; or nobody knows. */
export type Stored = 'stored' | 'copy' | 'refused' | 'unknown';

const PUBLISH_TIMEOUT_MS = 2_000;
/** The write side's inbox: COMMANDS, with the broker's two filters against copies in front of the fold. */
export class Inbox {
  private readonly turns = new Turns();

  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<Inbox> {
    const options = { timeout: PUBLISH_TIMEOUT_MS };
    return new Inbox(jetstream(connection, options), await jetstreamManager(connection, { ...options, checkAPI: false }));
  }

  async put(command: Command): Promise<Stored> {
    const done = await this.turns.take();
    try {
      return await this.publish(command);
    } finally {
      done();
    }
  }

  /** Where a command of this key lies in COMMANDS now; `undefined` when none does. @throws when the broker does not answer */
  async sequenceOf({ tenant, sale, keyHash }: Command): Promise<number | undefined> {
    try {
      return (await this.jsm.streams.getMessage('COMMANDS', { last_by_subj: `cmd.*.${tenant}.${sale}.${keyHash}` }))?.seq;
    } catch (thrown) {
      if (thrown instanceof JetStreamApiError) return undefined;
      throw thrown;
    }
  }

  private async publish(command: Command): Promise<Stored> {
    try {
      const { duplicate } = await this.js.publish(commandSubject(command), encodeCommand(command), {
        msgID: commandMessageId(command),
        timeout: PUBLISH_TIMEOUT_MS,
      });
      return duplicate ? 'copy' : 'stored';
    } catch (thrown) {
      return thrown instanceof JetStreamApiError ? 'refused' : 'unknown'; // the caller looks into the log: only that tells
    }
  }
}
