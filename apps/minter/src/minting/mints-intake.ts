import { ACK, type Delivery, nak, type Settlement, type Source, term } from '#shared/consumer/delivery.js';
import type { MintCommand, RevokeCommand } from '#shared/domain/mint/events.js';
import { Fault, type FaultCode, isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { inSpan } from '#shared/platform/process/tracing.js';
import { decodeMintCommand } from './mint-command.js';
import type { MintOutcome, TicketMinter } from './ticket-minter.js';

const STREAM = 'MINTS';
/** A mint that cannot continue is retried after this delay plus a random delay of up to the same length. */
const RETRY_MS = 2_000;
/** A mint that needs an operator (a foreign account, another chain, another key) is retried and logged at this interval. */
const RETRY_FOR_HUMANS_MS = 60_000;
const COMPLAIN_EVERY_MS = 5_000;
/** Faults that no repair can resolve for the same command: another one is needed. */
const HOPELESS: readonly FaultCode[] = ['command-unreadable', 'irrevocable'];

/** `mint.<tenant>.<ticket>.<what>` */
const tenantOf = (subject: string): string => subject.split('.')[1] ?? '';

/** Stores dead letters. */
export interface DeadLetterSink {
  deadLetter(stream: string, delivery: Delivery, reason: string): Promise<void>;
}

/** Maximum commands of one tenant that wait in this process; the rest waits on the server. */
const MAX_WAITING_OF_TENANT = 64;
/** Share of the limit that one tenant may use: other tenants find room at once, whatever it requests. */
const SHARE_OF_TENANT = 0.8;
/** The same for a tenant without commands here: 1,000 tenants that begin at the same moment bring 16,000. */
const MAX_WAITING_OF_IDLE_TENANT = 16;
/** The pause before mints that wait for a cap are checked again. */
const CAP_POLL_MS = 250;

export interface IntakeOptions {
  readonly maxOutstanding: number;
  /** Whether a tenant may begin another mint now, or has reached a cap. */
  readonly mayBegin?: (tenant: string) => boolean;
  /** The interval at which the ack deadline of held deliveries is extended, so that the broker does not redeliver them. */
  readonly keepAliveMs: number;
  /** Called with the reason when a command cannot proceed. */
  readonly onWait?: (code: FaultCode | 'bug') => void;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly done: () => void;
}

/** This process's commands of one tenant. */
interface OfTenant {
  readonly waiting: Waiting[];
  inWork: number;
  /** Called when there is room for more waiting commands. */
  room: (() => void) | undefined;
}

/**
 * Takes mint commands from the tenants' queues, and acknowledges each when its verdict is in the log. Tenants take turns; no tenant exceeds
 * its share of the limit; a mint that waits for a cap occupies no slot.
 */
export class MintsIntake {
  /** By subject: the latest delivery of each command in work. */
  private readonly held = new Map<string, Delivery>();
  private readonly keepAlive: NodeJS.Timeout;
  /** The first entry has its turn next. */
  private readonly tenants = new Map<string, OfTenant>();
  private inWork = 0;
  private capLook: NodeJS.Timeout | undefined;
  private released = false;
  private postponed = 0;
  private complainedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly minter: Pick<TicketMinter, 'mint' | 'revoke'>,
    private readonly dead: DeadLetterSink,
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
    for await (const delivery of source) void this.take(delivery);
  }

  /** Resolves once more commands of a tenant may wait here, with their number. */
  async room(tenant: string): Promise<number> {
    for (;;) {
      const of = this.of(tenant);
      const most = this.mostWaiting(of);
      if (of.waiting.length < most) return most - of.waiting.length;
      await new Promise<void>((resolve) => {
        of.room = resolve;
      });
    }
  }

  /** The more tenants are busy, the fewer commands each has here, since every held delivery must be extended. */
  private mostWaiting(of: OfTenant): number {
    if (isIdle(of)) return MAX_WAITING_OF_IDLE_TENANT;
    const busy = [...this.tenants.values()].filter((each) => !isIdle(each)).length;
    return Math.max(1, Math.min(MAX_WAITING_OF_TENANT, Math.floor(this.options.maxOutstanding / busy)));
  }

  /** Resolves when the delivery is settled. */
  async take(delivery: Delivery): Promise<void> {
    const { subject } = delivery;
    const known = this.held.has(subject);
    this.held.set(subject, delivery);
    if (known) return; // a duplicate: when the first delivery's work ends, it settles this delivery instead
    await new Promise<void>((done) => {
      this.of(tenantOf(subject)).waiting.push({ delivery, done });
      this.begin();
    });
  }

  /** Gives back held deliveries, so that another minter resumes them at once. */
  release(): void {
    clearInterval(this.keepAlive);
    clearTimeout(this.capLook);
    this.released = true;
    for (const delivery of this.held.values()) delivery.settle(nak(0));
    this.held.clear();
  }

  /** Begins waiting mints while there is room, tenant by tenant. */
  private begin(): void {
    while (!this.released && this.inWork < this.options.maxOutstanding) {
      const tenant = this.next();
      if (tenant === undefined) return;
      const of = this.of(tenant);
      const waiting = of.waiting.shift() as Waiting;
      this.tenants.delete(tenant); // moves to the end of the order
      this.tenants.set(tenant, of);
      this.inWork += 1;
      of.inWork += 1;
      of.room?.();
      void this.work(waiting, of);
    }
  }

  /** The tenant whose turn it is. Tenants at a cap are checked again soon. */
  private next(): string | undefined {
    const share = Math.ceil(this.options.maxOutstanding * SHARE_OF_TENANT);
    let isCapped = false;
    for (const [tenant, { waiting, inWork }] of this.tenants) {
      if (waiting.length === 0 || inWork >= share) continue;
      if (this.options.mayBegin?.(tenant) !== false) return tenant;
      isCapped = true;
    }
    if (isCapped) this.capLook ??= setTimeout(() => this.lookAtCaps(), CAP_POLL_MS).unref();
    return undefined;
  }

  private lookAtCaps(): void {
    this.capLook = undefined;
    this.begin();
  }

  private async work({ delivery, done }: Waiting, of: OfTenant): Promise<void> {
    const { subject } = delivery;
    const settlement = await this.handle(delivery);
    const latest = this.held.get(subject);
    this.held.delete(subject);
    latest?.settle(settlement);
    this.inWork -= 1;
    of.inWork -= 1;
    done();
    this.begin();
  }

  private of(tenant: string): OfTenant {
    const known = this.tenants.get(tenant);
    if (known !== undefined) return known;
    const of: OfTenant = { waiting: [], inWork: 0, room: undefined };
    this.tenants.set(tenant, of);
    return of;
  }

  private async handle(delivery: Delivery): Promise<Settlement> {
    const parent = delivery.header('traceparent');
    try {
      const command = decodeMintCommand(delivery.subject, delivery.body);
      const attributes = { 'admit.tenant': command.tenant, 'admit.ticket': command.ticket, 'admit.deliveries': delivery.deliveries };
      const about = { kind: 'consumer', parent, attributes } as const;
      return await inSpan('revoke' in command ? 'revoke' : 'mint', about, (traceparent) => this.execute(delivery, command, traceparent));
    } catch (thrown) {
      return this.recover(delivery, thrown);
    }
  }

  private async execute(delivery: Delivery, command: MintCommand | RevokeCommand, traceparent: string | undefined): Promise<Settlement> {
    if ('revoke' in command) {
      const how = await this.minter.revoke(command, traceparent);
      this.logger.info({ tenant: command.tenant, ticket: command.ticket, traceparent }, `mint ${how}`);
      return ACK;
    }
    const outcome = await this.minter.mint(command, traceparent);
    if (outcome.kind === 'failed') await this.deadLetter(delivery, outcome);
    this.logger.info(
      { tenant: command.tenant, ticket: command.ticket, outcome, traceparent },
      outcome.kind === 'failed' ? 'mint failed' : outcome.kind,
    );
    return ACK;
  }

  private async deadLetter(delivery: Delivery, { reason, attempts }: Extract<MintOutcome, { kind: 'failed' }>): Promise<void> {
    try {
      await this.dead.deadLetter(STREAM, delivery, `${reason} (${attempts} attempts)`);
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

  /** Thousands of mints hit the same fault at once: it is logged at intervals, with their number. */
  private complain(fault: Fault): void {
    this.postponed += 1;
    if (performance.now() - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.logger.warn({ code: fault.code, context: fault.context, postponed: this.postponed }, 'mints are taken up again soon');
    this.complainedAt = performance.now();
    this.postponed = 0;
  }

  private async reject(delivery: Delivery, reason: string): Promise<Settlement> {
    try {
      await this.dead.deadLetter(STREAM, delivery, reason);
      return term('moved to DEAD');
    } catch (thrown) {
      this.logger.error({ err: thrown, subject: delivery.subject }, 'a mint command could not be dead-lettered; it is redelivered');
      return nak(RETRY_MS);
    }
  }
}

const isIdle = ({ waiting, inWork }: OfTenant): boolean => waiting.length === 0 && inWork === 0;
