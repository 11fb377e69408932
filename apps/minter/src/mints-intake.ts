import { ACK, type Delivery, nak, type Settlement, type Source, term } from '#shared/consumer/delivery.js';
import { Fault, type FaultCode, isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/logger.js';
import { decodeMintCommand } from './mint-command.js';
import type { MintOutcome, TicketMinter } from './ticket-minter.js';

const STREAM = 'MINTS';
/** A mint that could not go on is taken up again after this and up to as much more. */
const RETRY_MS = 2_000;
/** One that waits for a human (a foreign account, another chain, another key) is tried again this often, and says so every time. */
const RETRY_FOR_HUMANS_MS = 60_000;
const COMPLAIN_EVERY_MS = 5_000;
/** What the same command can never come to, whatever a human mends: another one is needed. */
const HOPELESS: readonly FaultCode[] = ['command-unreadable', 'irrevocable'];

/** Where the dead letters go. */
export interface Burial {
  bury(stream: string, delivery: Delivery, reason: string): Promise<void>;
}

export interface IntakeOptions {
  readonly maxOutstanding: number;
  /** Deliveries in hand are kept from being handed to somebody else this often. */
  readonly keepAliveMs: number;
  /** Told why a command could not go on. */
  readonly onWait?: (code: FaultCode | 'bug') => void;
}

/** Takes mint commands from the work queue, as many as may be in work at once, and acknowledges each when its verdict is in the log. */
export class MintsIntake {
  /** By subject: the latest delivery of each command in work. */
  private readonly held = new Map<string, Delivery>();
  private readonly keepAlive: NodeJS.Timeout;
  private room: (() => void) | undefined;
  private postponed = 0;
  private complainedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly minter: Pick<TicketMinter, 'mint' | 'revoke'>,
    private readonly dead: Burial,
    private readonly logger: Logger,
    private readonly options: IntakeOptions,
  ) {
    this.keepAlive = setInterval(() => {
      for (const delivery of this.held.values()) delivery.working();
    }, options.keepAliveMs);
  }

  get count(): number {
    return this.held.size;
  }

  /** Takes deliveries for as long as the source has any. */
  async pump(source: Source): Promise<void> {
    for await (const delivery of source) {
      void this.take(delivery);
      if (this.held.size >= this.options.maxOutstanding) await new Promise<void>((resolve) => (this.room = resolve));
    }
  }

  /** Resolves when the delivery is settled. */
  async take(delivery: Delivery): Promise<void> {
    const { subject } = delivery;
    const known = this.held.has(subject);
    this.held.set(subject, delivery);
    if (known) return; // the same command again: whoever works on it settles this delivery in the place of the former
    const settlement = await this.handle(delivery);
    const latest = this.held.get(subject);
    this.held.delete(subject);
    latest?.settle(settlement);
    this.room?.();
  }

  /** Gives back what is in hand, so that another minter goes on with it at once. */
  release(): void {
    clearInterval(this.keepAlive);
    for (const delivery of this.held.values()) delivery.settle(nak(0));
    this.held.clear();
  }

  private async handle(delivery: Delivery): Promise<Settlement> {
    const traceparent = delivery.header('traceparent');
    try {
      const command = decodeMintCommand(delivery.subject, delivery.body);
      if ('revoke' in command) {
        const how = await this.minter.revoke(command, traceparent);
        this.logger.info({ tenant: command.tenant, ticket: command.ticket, traceparent }, `mint ${how}`);
        return ACK;
      }
      const outcome = await this.minter.mint(command, traceparent);
      if (outcome.kind === 'failed') await this.bury(delivery, outcome);
      this.logger.info(
        { tenant: command.tenant, ticket: command.ticket, outcome, traceparent },
        outcome.kind === 'failed' ? 'mint failed' : outcome.kind,
      );
      return ACK;
    } catch (thrown) {
      return this.recover(delivery, thrown);
    }
  }

  private async bury(delivery: Delivery, { reason, attempts }: Extract<MintOutcome, { kind: 'failed' }>): Promise<void> {
    try {
      await this.dead.bury(STREAM, delivery, `${reason} (${attempts} attempts)`);
    } catch (cause) {
      throw new Fault('log-unreachable', { stream: 'DEAD', subject: delivery.subject }, { cause });
    }
  }

  private async recover(delivery: Delivery, thrown: unknown): Promise<Settlement> {
    const { subject } = delivery;
    if (isFault(thrown) && HOPELESS.includes(thrown.code)) return this.reject(delivery, thrown.message);
    this.options.onWait?.(isFault(thrown) ? thrown.code : 'bug');
    if (isFault(thrown) && thrown.kind !== 'terminal') {
      this.complain(thrown);
      return nak(RETRY_MS + Math.random() * RETRY_MS);
    }
    this.logger.error({ err: thrown, subject, traceparent: delivery.header('traceparent') }, 'a mint waits for a human');
    return nak(RETRY_FOR_HUMANS_MS);
  }

  /** Thousands of mints meet the same trouble at once: it is said once in a while, with their number. */
  private complain(fault: Fault): void {
    this.postponed += 1;
    if (performance.now() - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.logger.warn({ code: fault.code, context: fault.context, postponed: this.postponed }, 'mints are taken up again soon');
    this.complainedAt = performance.now();
    this.postponed = 0;
  }

  private async reject(delivery: Delivery, reason: string): Promise<Settlement> {
    try {
      await this.dead.bury(STREAM, delivery, reason);
      return term('moved to DEAD');
    } catch (thrown) {
      this.logger.error(
        { err: thrown, subject: delivery.subject },
        'a mint command that comes to nothing could not be moved to DEAD; it comes again',
      );
      return nak(RETRY_MS);
    }
  }
}
