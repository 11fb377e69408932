import assert from 'node:assert/strict';
import type { MintRequest } from '#shared/domain/mint/decide.js';
import type { RevokeCommand } from '#shared/domain/mint/events.js';
import { nextAttempt, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { MinterParts } from './minter-parts.js';

/**
 * `cancelled`: it was not minted and never will be. `revoked`: its asset is burned. `voided`: its asset remains, but is worthless. In each
 * case its unit may be sold again.
 */
export type RevokeOutcome = 'cancelled' | 'revoked' | 'voided';

interface RevokeParts extends MinterParts {
  /** Runs work at the tenant's turn. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

type Minted = Extract<TicketMint, { state: 'minted' }>;
type Revoking = Extract<TicketMint, { state: 'revoking' }>;

/**
 * Revokes a ticket, and resolves when that is in the log. The burn is logged before it is sent, like the mint, so the process may die
 * anywhere: the next recipient of the command sends the same bytes, or checks whether they landed. @throws Fault `mint-under-way` while an
 * attempt to mint may still land, `irrevocable` if the asset was sold as not revocable and no operator overrode that, `asset-stands` if the
 * chain does not allow the burn
 */
export async function revokeTicket(parts: RevokeParts, command: RevokeCommand, traceparent?: string): Promise<RevokeOutcome> {
  const { ticket, order, unit } = command;
  const subject = mintSubject(command.tenant, command.sale);
  let { mint } = await parts.inTurn(() => parts.mints.execute(subject, { type: 'CancelMint', data: { ticket, order, unit } }, traceparent));
  for (;;) {
    if (mint?.state === 'cancelled' || mint?.state === 'revoked' || mint?.state === 'voided') return mint.state;
    if (mint?.state !== 'minted' && mint?.state !== 'revoking') throw new Fault('mint-under-way', { ticket, state: mint?.state });
    const request: MintRequest = mint.state === 'minted' ? await attemptInTurn(parts, command, mint) : await verdict(parts, command, mint);
    const ruling = await parts.mints.execute(subject, request, traceparent);
    if (ruling.refusal !== undefined && ruling.mint === mint) {
      throw new Fault('configuration', { problems: ['the log refuses the next step of a revocation'], refusal: ruling.refusal });
    }
    if (request.type === 'BuryRevoke' && request.data.reason !== 'expired' && !mayBurnLater(ruling.mint)) {
      // The delegate's permission cannot be removed, so an operator must investigate; the next delivery retries.
      throw new Fault('asset-stands', { ticket, reason: request.data.reason, evidence: request.data.evidence });
    }
    mint = ruling.mint;
  }
}

/** The burn of a compressed ticket fails if its proof was too old when it landed: the next attempt has a new proof. */
const LEAF_BURNS_REFUSED = 5;

const mayBurnLater = (mint: TicketMint | undefined): boolean =>
  mint?.state === 'minted' && mint.revocable?.leaf !== undefined && mint.revocable.dead.length % LEAF_BURNS_REFUSED > 0;

const attemptInTurn = (parts: RevokeParts, command: RevokeCommand, mint: Minted): Promise<MintRequest> =>
  parts.inTurn(() => attempt(parts, command, mint));

async function attempt(
  { chain, gate, caps, passBy }: MinterParts,
  command: RevokeCommand,
  { asset, revocable }: Minted,
): Promise<MintRequest> {
  const { ticket, order, unit, override } = command;
  if (revocable === undefined) {
    if (override === undefined) throw new Fault('irrevocable', { ticket, asset });
    passBy('before-void');
    return { type: 'VoidMint', data: { ticket, order, unit, asset } };
  }
  return gate.run(async () => {
    passBy('before-sign');
    const number = nextAttempt(revocable);
    caps.reserve(command.tenant, ticket, number, 'burn');
    return {
      type: 'SubmitRevoke',
      data: { ticket, attempt: number, ...(await chain.prepareBurn(revocable.plan, number, revocable.leaf)) },
    };
  });
}

async function verdict({ outstanding, passBy, logger }: MinterParts, command: RevokeCommand, mint: Revoking): Promise<MintRequest> {
  passBy('between-log-and-send');
  const ending = await outstanding.settle(mint, command.tenant);
  const { ticket, order, unit } = command;
  const { asset } = mint;
  switch (ending.kind) {
    case 'burned':
      return { type: 'CompleteRevoke', data: { ticket, order, unit, asset, signature: ending.signature, slot: ending.slot } };
    case 'dead': {
      const { attempt: number, reason, evidence } = ending;
      logger.info({ ticket, attempt: number, reason, evidence }, 'an attempt to burn is dead');
      return { type: 'BuryRevoke', data: { ticket, attempt: number, reason, evidence } };
    }
    case 'foreign':
      throw new Fault('foreign-account', { ticket, asset, found: ending.found });
    case 'confirmed':
      assert.fail('an attempt to burn does not end with a mint');
  }
}
