import { KeyedGroups } from '#shared/consumer/keyed-groups.js';
import { decideMint, type MintRequest } from '#shared/domain/mint/decide.js';
import type { MintEvent } from '#shared/domain/mint/events.js';
import type { MintRefusal } from '#shared/domain/mint/mint-decision.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { Recorded } from '#shared/domain/recorded.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { TicketId } from '#shared/kernel/ids.js';
import type { MintStep } from '../metrics.js';
import { SaleMints } from './sale-mints.js';

/** Whose a subject of the log is: `ev.<tenant>.mint.<sale>`. */
const tenantOf = (subject: string): string => subject.split('.')[1] ?? '';
/** A group's events fit one commit: 256 of at most 2.5 KiB (a signed transaction in base64 is 1.6) are 640 KiB of the 960 it may have. */
const GROUP = { maxCount: 256, maxBytes: Number.POSITIVE_INFINITY, maxKeys: 64, ownerOf: tenantOf };
/** Another minter that works on the same sale wins at most this often in a row before its mints are left for their next delivery. */
const MAX_LOST_RACES = 16;
/** Folds are kept up to so many tickets in all, about 300 bytes each; others are folded again when asked for. */
const MAX_TICKETS_KEPT = 1_000_000;

/** Where the ticket stands after the command, carried out or refused. */
export interface MintCommandResult {
  readonly mint: TicketMint | undefined;
  readonly refusal?: MintRefusal;
}

interface Asked {
  readonly ticket: TicketId;
  /** Absent: only the present state is asked for, up to what the log holds now. */
  readonly request?: MintRequest;
  readonly traceparent?: string;
  readonly resolve: (ruling: MintCommandResult) => void;
  readonly reject: (thrown: unknown) => void;
}

interface Round {
  readonly events: readonly Recorded<MintEvent>[];
  readonly steps: readonly MintStep[];
  /** To be called once the events are in the log. */
  readonly answers: readonly (() => void)[];
}

/**
 * The only writer of mint subjects in this process. What waits for one sale is decided in memory one after the other and appended as one
 * commit on the expected head: that head is the lock, so a second minter, or a zombie of this one, can never write between.
 */
export class MintAggregateHandler {
  private readonly groups = new KeyedGroups<Asked>(GROUP, (subject, group) => this.handle(subject, group));
  private readonly sales = new Map<string, SaleMints>();

  constructor(
    private readonly store: EventStore,
    private readonly now: () => number = Date.now,
    /** Told of every step once it is in the log. */
    private readonly decided: (step: MintStep) => void = () => undefined,
    /** Told of every append that the log refused. */
    private readonly lostRace: () => void = () => undefined,
  ) {}

  /** Where a ticket stands, according to the log as its leader has it now. */
  async currentState(subject: string, ticket: TicketId): Promise<TicketMint | undefined> {
    return (await this.ask(subject, { ticket })).mint;
  }

  /** Decides a command and resolves when what it did is in the log. */
  async execute(subject: string, request: MintRequest, traceparent?: string): Promise<MintCommandResult> {
    return this.ask(subject, { ticket: request.data.ticket, request, ...(traceparent !== undefined && { traceparent }) });
  }

  /** Resolves when everything asked is answered. */
  async drained(): Promise<void> {
    await this.groups.drained();
  }

  private ask(subject: string, what: Omit<Asked, 'resolve' | 'reject'>): Promise<MintCommandResult> {
    return new Promise((resolve, reject) => this.groups.add(subject, { ...what, resolve, reject }, 1));
  }

  private async handle(subject: string, group: readonly Asked[]): Promise<void> {
    try {
      const sale = await this.open(
        subject,
        group.some(({ request }) => request === undefined),
      );
      await this.settle(sale, group);
      this.keep(sale);
    } catch (thrown) {
      this.sales.delete(subject); // whatever was going on, the log knows; it is read again before anything else is decided
      for (const { reject } of group) reject(thrown);
    }
  }

  private async settle(sale: SaleMints, group: readonly Asked[]): Promise<void> {
    for (let races = 0; races <= MAX_LOST_RACES; races += 1) {
      const round = decideRound(sale, group, this.now());
      const [first] = round.events;
      const commit = first === undefined ? undefined : await this.store.append(sale.subject, sale.head, round.events);
      if (commit !== undefined) {
        sale.apply(commit);
        round.steps.forEach(this.decided);
      }
      if (commit !== undefined || first === undefined) {
        for (const answer of round.answers) answer();
        return;
      }
      this.lostRace();
      await sale.catchUp(this.store);
    }
    throw new Fault('append-unknown', { subject: sale.subject, lostRaces: MAX_LOST_RACES });
  }

  private async open(subject: string, current: boolean): Promise<SaleMints> {
    const kept = this.sales.get(subject);
    const sale = kept ?? new SaleMints(subject);
    if (current || kept === undefined) await sale.catchUp(this.store);
    return sale;
  }

  private keep(sale: SaleMints): void {
    this.sales.delete(sale.subject);
    this.sales.set(sale.subject, sale); // at the end of the line: the front was used longest ago
    let tickets = 0;
    for (const { tickets: kept } of this.sales.values()) tickets += kept.size;
    for (const [subject, oldest] of this.sales) {
      if (tickets <= MAX_TICKETS_KEPT || oldest === sale) return;
      tickets -= oldest.tickets.size;
      this.sales.delete(subject);
    }
  }
}

/** Decides one after the other, each on what the ones before it did. One that throws is told so and leaves the others alone. */
function decideRound(sale: SaleMints, group: readonly Asked[], now: number): Round {
  const staged = new Map<TicketId, TicketMint>();
  const events: Recorded<MintEvent>[] = [];
  const steps: MintStep[] = [];
  const answers: (() => void)[] = [];
  const at = Math.max(sale.at, now);
  for (const { ticket, request, traceparent, resolve, reject } of group) {
    try {
      const before = staged.get(ticket) ?? sale.tickets.get(ticket);
      const decision = request === undefined ? { events: [] } : decideMint(before, request);
      if ('refusal' in decision) {
        answers.push(() => resolve({ mint: before, refusal: decision.refusal }));
        continue;
      }
      const after = decision.events.reduce<TicketMint | undefined>(evolve, before);
      if (after !== undefined) staged.set(ticket, after);
      steps.push({ events: decision.events, before, after });
      events.push(...decision.events.map((event) => ({ ...event, at, ...(traceparent !== undefined && { traceparent }) })));
      answers.push(() => resolve({ mint: after }));
    } catch (thrown) {
      answers.push(() => reject(thrown));
    }
  }
  return { events, steps, answers };
}
