import { isMintEvent, type Leaf, type MintEvent } from '../domain/mint/events.js';
import { evolve, type TicketMint } from '../domain/mint/ticket-mint.js';
import type { Recorded } from '../domain/recorded.js';
import type { Moment } from '../domain/sale/orders/order.js';
import { type Commit, type Head, headOf, NO_HEAD } from '../event-store/commit.js';
import { Fault } from '../kernel/fault.js';
import type { TicketId } from '../kernel/ids.js';
import type { Aggregate } from './aggregate.js';

/** The progress of a ticket's mint. Data that is read again later is kept here; data that is rarely read stays in the log. */
export interface MintProgress {
  readonly mint: TicketMint;
  /** Sequence of the commit with its plan. */
  readonly planned?: number;
  /** When its first attempt was logged. */
  readonly submitted?: Moment;
  readonly minted?: Moment;
  /** Of the mint transaction; kept after the asset is burned. `slot` is a decimal string. */
  readonly asset?: string;
  readonly signature?: string;
  readonly slot?: string;
  /** Of a compressed ticket. */
  readonly leaf?: Leaf;
}

/** Cache entries that a ticket counts for: its state, and its plan, which is kept until the mint, or for ever for a revocable ticket. */
const TICKET_WEIGHT = 2;
const PLAN_WEIGHT = 5;

/** The mints of one sale's tickets, folded from the sale's mint subject. */
export class MintAggregate implements Aggregate {
  head: Head = NO_HEAD;
  weight = 1;
  /** Time of the last event: the next one is never earlier. */
  at = 0;
  private readonly tickets = new Map<TicketId, MintProgress>();
  /** States decided since the head. */
  private readonly staged = new Map<TicketId, TicketMint>();

  constructor(readonly subject: string) {}

  /** The state for the next decision. */
  mintOf(ticket: TicketId): TicketMint | undefined {
    return this.staged.get(ticket) ?? this.tickets.get(ticket)?.mint;
  }

  progressOf(ticket: TicketId): MintProgress | undefined {
    return this.tickets.get(ticket);
  }

  /** Applies an event that is decided but not in the log yet. */
  stage(event: MintEvent, at: number): void {
    const { ticket } = event.data;
    this.staged.set(ticket, evolve(this.mintOf(ticket), event));
    this.at = Math.max(this.at, at);
  }

  rollback(): void {
    this.staged.clear();
  }

  apply(commit: Commit): void {
    for (const event of commit.events) {
      if (!isMintEvent(event)) throw new Fault('log-broken', { subject: this.subject, sequence: commit.sequence, event: event.type });
      this.stage(event, event.at);
    }
    this.remember(commit);
  }

  remember(commit: Commit): void {
    for (const event of commit.events as readonly Recorded<MintEvent>[]) this.note(event, commit);
    this.staged.clear();
    this.head = headOf(commit);
  }

  private note(event: Recorded<MintEvent>, { version, sequence }: Commit): void {
    const { ticket } = event.data;
    const before = this.tickets.get(ticket);
    const mint = this.staged.get(ticket) as TicketMint;
    const kept = event.type === 'MintPlanned' ? undefined : before; // a corrected request starts again
    const progress = { ...kept, mint, ...factsOf(event, kept, sequence, { at: event.at, version }) };
    this.tickets.set(ticket, progress);
    this.weight += weightOf(progress) - (before === undefined ? 0 : weightOf(before));
  }
}

/** The members that one event adds to a ticket's progress. */
function factsOf(event: MintEvent, before: MintProgress | undefined, sequence: number, moment: Moment): Partial<MintProgress> {
  if (event.type === 'MintPlanned') return { planned: sequence };
  if (event.type === 'MintSubmitted') return { submitted: before?.submitted ?? moment };
  if (event.type !== 'MintCompleted') return {};
  const { asset, signature, slot, leaf } = event.data;
  return { minted: moment, asset, signature, slot, ...(leaf !== undefined && { leaf }) };
}

const weightOf = ({ mint }: MintProgress): number =>
  'plan' in mint || (mint.state === 'minted' && mint.revocable !== undefined) ? TICKET_WEIGHT + PLAN_WEIGHT : TICKET_WEIGHT;
