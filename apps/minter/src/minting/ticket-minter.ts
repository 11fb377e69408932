import assert from 'node:assert/strict';
import type { MintRequest } from '#shared/domain/mint/decide.js';
import type { MintCommand, MintPlan, RevokeCommand } from '#shared/domain/mint/events.js';
import { nextAttempt, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import { Fault } from '#shared/kernel/fault.js';
import { addressProblem, walletProblem } from '#shared/kernel/wallet.js';
import { inSpan } from '#shared/platform/process/tracing.js';
import type { DeathReason } from '../chains/chain.js';
import { type Ending, FIRST_SENDS_AT_ONCE, type Flight } from '../confirmation/confirmation-tracker.js';
import type { MintCommandResult } from './mint-aggregate-handler.js';
import type { MinterParts } from './minter-parts.js';
import { planMint } from './plan-mint.js';
import { type RevokeOutcome, revokeTicket } from './revoke-ticket.js';

/**
 * Maximum of mints begun and not yet sent: tenants take turns to begin, so a new tenant waits for at most this many. Signed transactions
 * expire: a blockhash is valid for a minute, and if none of these submissions got a response within 10 s, the last would be sent after 40
 * s.
 */
const MOST_UNSENT = 4 * FIRST_SENDS_AT_ONCE;
/**
 * After this many consecutive attempts died of a program's rejection, each signed while there were funds, the cause counts as permanent.
 */
const PERMANENT_AFTER_REFUSALS = 3;
const PROGRAM_REFUSED: DeathReason = 'program-refused';

/** States in which a command to mint has nothing left to do. */
const MINT_ENDS = ['minted', 'cancelled', 'revoking', 'revoked', 'voided'] as const;
type MintEnd = (typeof MINT_ENDS)[number];

type Planned = Extract<TicketMint, { state: 'planned' }>;
type Submitted = Extract<TicketMint, { state: 'submitted' }>;

/** A command in work, with the context of its decisions. */
interface Course {
  readonly command: MintCommand;
  readonly subject: string;
  readonly traceparent?: string;
}

/** A ticket's state, read from the log. */
interface Known {
  readonly mint: TicketMint | undefined;
}

/** An attempt that was sent. */
interface Launched {
  readonly mint: Submitted;
  readonly flight: Flight;
}

/** `held`: a dispute holds it. If the organiser wins the dispute, another command resumes it. */
export type MintOutcome =
  | { readonly kind: MintEnd | 'held' }
  | { readonly kind: 'failed'; readonly reason: string; readonly attempts: number };

/**
 * Executes one mint command. Every step is logged before the next one starts, so the process may die anywhere: the next recipient of the
 * command reads its progress and resumes.
 */
export class TicketMinter {
  private readonly ahead = new Semaphore(MOST_UNSENT);

  constructor(private readonly parts: MinterParts) {}

  /** Resolves when the verdict is in the log. An exception changes nothing: the command is redelivered. */
  async mint(command: MintCommand, traceparent?: string): Promise<MintOutcome> {
    const subject = mintSubject(command.tenant, command.sale);
    const course: Course = { command, subject, ...(traceparent !== undefined && { traceparent }) };
    let known: Known | undefined;
    for (;;) {
      const from = known; // the effect of the previous verdict
      const next = endOf(command, from) ?? (await this.ahead.run(() => this.launch(course, from), command.tenant));
      if ('kind' in next) return next;
      const { mint, flight } = next;
      known = { mint: (await this.rule(course, this.verdict(course, mint, await this.ended(course, flight)), mint)).mint };
    }
  }

  /** @throws Fault as `revokeTicket` does */
  async revoke(command: RevokeCommand, traceparent?: string): Promise<RevokeOutcome> {
    return revokeTicket({ ...this.parts, inTurn: (work) => this.ahead.run(work, command.tenant) }, command, traceparent);
  }

  /**
   * Takes a ticket from its current state to a sent transaction, or to its end. Waits for the tenant's turn; at most `MOST_UNSENT` do so at
   * once.
   */
  private async launch(course: Course, known: Known | undefined): Promise<Launched | MintOutcome> {
    const { command, subject } = course;
    let mint = known === undefined ? await this.parts.mints.currentState(subject, command.ticket) : known.mint;
    for (;;) {
      const end = endOf(command, { mint });
      if (end !== undefined) return end;
      if (mint?.state === 'submitted') {
        this.parts.passBy('between-log-and-send');
        const sent = mint;
        return { mint, flight: await inSpan('chain.send', chainCall(course), () => this.parts.outstanding.launch(sent, command.tenant)) };
      }
      const { mint: after, refusal } = await this.next(course, mint);
      if (refusal?.code === 'held') return { kind: 'held' };
      mint = after;
    }
  }

  private ended(course: Course, flight: Flight): Promise<Ending> {
    return inSpan('chain.confirm', { ...chainCall(course), ended: ({ kind }: Ending) => ({ 'admit.verdict': kind }) }, () => flight.ended);
  }

  /** The next step for the ticket's state, before anything of it is sent. */
  private async next(course: Course, mint: TicketMint | undefined): Promise<MintCommandResult> {
    switch (mint?.state) {
      case undefined:
      case 'failed':
        return this.rule(course, await this.plan(course.command), mint);
      case 'planned': {
        if (isHopeless(mint)) return this.rule(course, failure(mint.plan, mint.dead.at(-1)?.reason ?? PROGRAM_REFUSED), mint);
        // Holds the funds reservation until the attempt is in the log: from then on the attempt counts as tracked.
        return this.parts.gate.run(async () =>
          this.rule(course, await inSpan('chain.prepare', chainCall(course), () => this.sign(course.command, mint)), mint),
        );
      }
      case 'submitted':
      case 'minted':
      case 'cancelled':
      case 'revoking':
      case 'revoked':
      case 'voided':
        assert.fail(`${mint.state} is not before sending`);
    }
  }

  private async plan(command: MintCommand): Promise<MintRequest> {
    const problem = command.smartWallets ? addressProblem(command.wallet) : walletProblem(command.wallet);
    if (problem !== undefined) return failure(command, `wallet-invalid: ${problem}`);
    const { chain, style } = this.parts;
    return { type: 'PlanMint', data: planMint(command, chain, await chain.genesisHash(), style) };
  }

  private async sign({ tenant }: MintCommand, mint: Planned): Promise<MintRequest> {
    const { chain, caps, passBy } = this.parts;
    passBy('before-sign');
    const { plan } = mint;
    const attempt = nextAttempt(mint);
    caps.reserve(tenant, plan.ticket, attempt);
    return { type: 'SubmitAttempt', data: { ticket: plan.ticket, attempt, ...(await chain.prepare(plan, attempt)) } };
  }

  private async rule({ subject, traceparent }: Course, request: MintRequest, before: TicketMint | undefined): Promise<MintCommandResult> {
    const ruling = await this.parts.mints.execute(subject, request, traceparent);
    if (ruling.refusal !== undefined && ruling.refusal.code !== 'held') this.assertProgress(ruling.refusal, before, ruling.mint);
    return ruling;
  }

  private verdict({ traceparent }: Course, mint: Submitted, ending: Ending): MintRequest {
    const { ticket, order, unit, wallet, asset } = mint.plan;
    switch (ending.kind) {
      case 'confirmed': {
        const { kind: _, ...minted } = ending;
        return { type: 'CompleteMint', data: { ticket, order, unit, wallet, asset, ...minted } };
      }
      case 'dead': {
        const { attempt, reason, evidence } = ending;
        this.parts.logger.info({ ticket, attempt, reason, evidence, traceparent }, 'an attempt is dead');
        return { type: 'BuryAttempt', data: { ticket, attempt, reason, evidence } };
      }
      case 'burned':
        return assert.fail('an attempt to mint does not end with a burning');
      case 'foreign':
        throw new Fault('foreign-account', { ticket, asset, found: ending.found });
    }
  }

  /** Another minter was faster: continue from the state it left. If nothing has changed, continuing would loop for ever. */
  private assertProgress(refusal: object, before: TicketMint | undefined, after: TicketMint | undefined): void {
    this.parts.logger.debug({ refusal }, 'another minter was faster');
    if (after === before) throw new Fault('configuration', { problems: ['the log refuses the next step of a mint'], refusal });
  }
}

/** A span of calls to the chain, under that of its mint. */
const chainCall = ({ traceparent, command }: Course) => ({
  kind: 'client' as const,
  parent: traceparent,
  attributes: { 'admit.ticket': command.ticket },
});

const failure = ({ ticket, request }: Pick<MintPlan, 'ticket' | 'request'>, reason: string): MintRequest => ({
  type: 'FailMint',
  data: { ticket, request, reason },
});

/** How the command ended; `undefined` if it did not. */
function endOf(command: MintCommand, known: Known | undefined): MintOutcome | undefined {
  const mint = known?.mint;
  if (mint !== undefined && isOver(mint)) return { kind: mint.state };
  if (mint?.state !== 'failed' || mint.request < command.request) return undefined;
  return { kind: 'failed', reason: mint.reason, attempts: mint.dead.length };
}

const isOver = (mint: TicketMint): mint is Extract<TicketMint, { state: MintEnd }> => MINT_ENDS.some((end) => end === mint.state);

function isHopeless({ dead, firstAttempt }: Planned): boolean {
  const last = dead.filter(({ attempt }) => attempt >= firstAttempt).slice(-PERMANENT_AFTER_REFUSALS);
  return last.length === PERMANENT_AFTER_REFUSALS && last.every(({ reason }) => reason === PROGRAM_REFUSED);
}
