import { type AggregateDefinition, type AggregateHooks, type Decision } from '#shared/aggregate/aggregate.js';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import { decideMint, type MintRequest } from '#shared/domain/mint/decide.js';
import type { MintRefusal } from '#shared/domain/mint/mint-decision.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import type { TicketId } from '#shared/kernel/ids.js';
import type { MintStep } from '../metrics.js';
import { HELD_MINTS, type HeldMints } from './held-mints.js';

/** 1.5 million entries of 200 bytes are 300 MB, or 750,000 tickets. */
export const MINTS: AggregateDefinition<MintAggregate> = { empty: (subject) => new MintAggregate(subject), maxWeight: 1_500_000 };
/** Maximum size of one mint event in a commit: 2.5 KiB; a signed transaction in base64 has 1.6. */
const EVENT_BYTES = 2_560;

/** The ticket's state after the command, accepted or refused. */
export interface MintCommandResult {
  readonly mint: TicketMint | undefined;
  readonly refusal?: MintRefusal;
}

/** The only writer of mint subjects in this process. */
export class MintAggregateHandler {
  private readonly mints: AggregateRepository<MintAggregate>;
  private readonly held: AggregateRepository<HeldMints>;

  constructor(
    store: EventStore,
    private readonly now: () => number = Date.now,
    /** Called with every step once it is in the log. */
    private readonly decided: (step: MintStep) => void = () => undefined,
    /** Called for every append that the log refused. */
    lostRace: NonNullable<AggregateHooks<MintAggregate>['lostRace']> = () => undefined,
  ) {
    this.mints = new AggregateRepository(store, MINTS, { lostRace });
    this.held = new AggregateRepository(store, HELD_MINTS);
  }

  /** The state of a ticket as of the leader's last commit. */
  currentState(subject: string, ticket: TicketId): Promise<TicketMint | undefined> {
    return this.mints.query(subject, (mints) => mints.mintOf(ticket));
  }

  /** Decides a command and resolves when its events are in the log. */
  async execute(subject: string, request: MintRequest, traceparent?: string): Promise<MintCommandResult> {
    const isHeld = request.type === 'SubmitAttempt' && (await this.isHeld(subject, request.data.ticket));
    const { refusal, ...step } = await this.mints.transact(subject, (mints) =>
      decideStep(mints, request, this.now(), { traceparent, isHeld }),
    );
    if (refusal !== undefined) return { mint: step.before, refusal };
    this.decided(step);
    return { mint: step.after };
  }

  /** Whether a dispute holds the ticket's mint, according to the sale's log as of its leader. */
  private isHeld(subject: string, ticket: TicketId): Promise<boolean> {
    const [, tenant = '', , sale = ''] = subject.split('.');
    return this.held.query(saleSubject(tenant, sale), (held) => held.has(ticket));
  }

  /** Resolves when every request has its result. */
  drained(): Promise<void> {
    return this.mints.drained();
  }
}

type Step = MintStep & Pick<MintCommandResult, 'refusal'>;

/** The command's context. */
interface About {
  readonly traceparent?: string | undefined;
  /** A dispute holds the mint. */
  readonly isHeld?: boolean;
}

/** Decides a command on the ticket's state, and applies its events. */
export function decideStep(mints: MintAggregate, request: MintRequest, now: number, { traceparent, isHeld }: About = {}): Decision<Step> {
  const { ticket } = request.data;
  const before = mints.mintOf(ticket);
  const decision = decideMint(before, request, isHeld);
  if ('refusal' in decision) return { result: { events: [], before, after: before, ...decision }, events: [], bytes: 0 };
  const at = Math.max(mints.at, now);
  for (const event of decision.events) mints.stage(event, at);
  const events = decision.events.map((event) => ({ ...event, at, ...(traceparent !== undefined && { traceparent }) }));
  return { result: { events: decision.events, before, after: mints.mintOf(ticket) }, events, bytes: events.length * EVENT_BYTES };
}
