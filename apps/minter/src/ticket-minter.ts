import assert from 'node:assert/strict';
import type { MintRequest } from '#shared/domain/mint/decide.js';
import type { MintCommand, MintPlan, RevokeCommand } from '#shared/domain/mint/events.js';
import { nextAttempt, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import { walletProblem } from '#shared/kernel/wallet.js';
import type { Logger } from '#shared/platform/logger.js';
import type { Chain, DeathReason } from './chain.js';
import type { PassBy } from './failpoint.js';
import type { FundsGate } from './funds-gate.js';
import type { MintDesk } from './mint-desk.js';
import type { Outstanding } from './outstanding.js';
import { type AssetStyle, planMint } from './plan-mint.js';
import { type RevokeOutcome, revokeTicket } from './revoke-ticket.js';
import type { SpendingCaps } from './spending-caps.js';

/** A cause counts as permanent when so many attempts in a row died of a program's refusal, each of them signed while funds were there. */
const PERMANENT_AFTER_REFUSALS = 3;
const PROGRAM_REFUSED: DeathReason = 'program-refused';

/** Where nothing more is to be done for who asked for a mint. */
const MINT_ENDS = ['minted', 'cancelled', 'revoking', 'revoked', 'voided'] as const;

type Submitted = Extract<TicketMint, { state: 'submitted' }>;

export interface MinterParts {
  readonly desk: MintDesk;
  readonly chain: Chain;
  readonly outstanding: Outstanding;
  readonly gate: FundsGate;
  readonly caps: SpendingCaps;
  readonly style: AssetStyle;
  readonly passBy: PassBy;
  readonly logger: Logger;
}

export type MintOutcome =
  | { readonly kind: (typeof MINT_ENDS)[number] }
  | { readonly kind: 'failed'; readonly reason: string; readonly attempts: number };

/**
 * Carries one mint command to its end. Every step is decided in the log before the next one is taken, so a process may die anywhere:
 * whoever is handed the command next reads how far it went and goes on from there.
 */
export class TicketMinter {
  constructor(private readonly parts: MinterParts) {}

  /** Resolves when the verdict is in the log. Whatever it throws changes nothing: the command comes again. */
  async mint(command: MintCommand, traceparent?: string): Promise<MintOutcome> {
    const subject = mintSubject(command.tenant, command.sale);
    let mint = await this.parts.desk.standing(subject, command.ticket);
    for (;;) {
      if (mint !== undefined && isOver(mint)) return { kind: mint.state };
      if (mint?.state === 'failed' && mint.request >= command.request) {
        return { kind: 'failed', reason: mint.reason, attempts: mint.dead.length };
      }
      const request = await this.next(command, mint);
      const ruling = await this.parts.desk.rule(subject, request, traceparent);
      if (ruling.refusal !== undefined) this.wonder(ruling.refusal, mint, ruling.mint);
      mint = ruling.mint;
    }
  }

  /** @throws Fault as `revokeTicket` does */
  async revoke(command: RevokeCommand, traceparent?: string): Promise<RevokeOutcome> {
    return revokeTicket(this.parts, command, traceparent);
  }

  /** The one thing to do where the ticket stands. */
  private async next(command: MintCommand, mint: TicketMint | undefined): Promise<MintRequest> {
    switch (mint?.state) {
      case undefined:
      case 'failed':
        return this.plan(command);
      case 'planned':
        return isHopeless(mint) ? failure(mint.plan, mint.dead.at(-1)?.reason ?? PROGRAM_REFUSED) : this.attempt(command, mint);
      case 'submitted':
        return this.verdict(mint);
      case 'minted':
      case 'cancelled':
      case 'revoking':
      case 'revoked':
      case 'voided':
        assert.fail(`nothing follows ${mint.state}`);
    }
  }

  private async plan(command: MintCommand): Promise<MintRequest> {
    const problem = walletProblem(command.wallet);
    if (problem !== undefined) return failure(command, `wallet-invalid: ${problem}`);
    const { chain, style } = this.parts;
    return { type: 'PlanMint', data: planMint(command, chain, await chain.genesisHash(), style) };
  }

  private async attempt({ tenant }: MintCommand, mint: Extract<TicketMint, { state: 'planned' }>): Promise<MintRequest> {
    const { chain, gate, caps, passBy } = this.parts;
    return gate.run(async () => {
      passBy('before-sign');
      const attempt = nextAttempt(mint);
      caps.reserve(tenant, mint.plan.ticket, attempt);
      const signed = await chain.prepare(mint.plan, attempt);
      return { type: 'SubmitAttempt', data: { ticket: mint.plan.ticket, attempt, ...signed } };
    });
  }

  private async verdict(mint: Submitted): Promise<MintRequest> {
    const { outstanding, passBy, logger } = this.parts;
    passBy('between-log-and-send');
    const ending = await outstanding.settle(mint);
    const { ticket, order, unit, wallet, asset } = mint.plan;
    switch (ending.kind) {
      case 'confirmed': {
        const { signature, slot, supply, holder } = ending;
        return { type: 'CompleteMint', data: { ticket, order, unit, wallet, asset, signature, slot, supply, holder } };
      }
      case 'dead': {
        const { attempt, reason, evidence } = ending;
        logger.info({ ticket, attempt, reason, evidence }, 'an attempt is dead');
        return { type: 'BuryAttempt', data: { ticket, attempt, reason, evidence } };
      }
      case 'burned':
        return assert.fail('an attempt to mint does not end with a burning');
      case 'foreign':
        throw new Fault('foreign-account', { ticket, asset, found: ending.found });
    }
  }

  /** Another minter was faster: go on from where it left the ticket. If nothing moved, going on would only turn in a circle. */
  private wonder(refusal: object, before: TicketMint | undefined, after: TicketMint | undefined): void {
    this.parts.logger.debug({ refusal }, 'another minter was faster');
    if (after === before) throw new Fault('configuration', { problems: ['the log refuses the next step of a mint'], refusal });
  }
}

const failure = ({ ticket, request }: Pick<MintPlan, 'ticket' | 'request'>, reason: string): MintRequest => ({
  type: 'FailMint',
  data: { ticket, request, reason },
});

type MintEnd = (typeof MINT_ENDS)[number];
const isOver = (mint: TicketMint): mint is Extract<TicketMint, { state: MintEnd }> => MINT_ENDS.some((end) => end === mint.state);

function isHopeless({ dead, firstAttempt }: Extract<TicketMint, { state: 'planned' }>): boolean {
  const last = dead.filter(({ attempt }) => attempt >= firstAttempt).slice(-PERMANENT_AFTER_REFUSALS);
  return last.length === PERMANENT_AFTER_REFUSALS && last.every(({ reason }) => reason === PROGRAM_REFUSED);
}
