import type { MintAttempt, MintAttemptDied, MintRevoked, MintVoided } from './events.js';
import { type MintDecision, NOTHING, refusing } from './mint-decision.js';
import { nextAttempt, type TicketMint } from './ticket-mint.js';

/** A burn is a separate step, logged ahead like the mint: one attempt at a time, the next only after the last is proven dead. */
export function submitRevoke(mint: TicketMint | undefined, data: MintAttempt): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state === 'revoking') {
    const { attempt, signature } = mint.live;
    return signature === data.signature ? NOTHING : refuse('attempt-live', { attempt, signature });
  }
  if (mint?.state !== 'minted') return refuse('state-forbids');
  if (mint.revocable === undefined) return refuse('irrevocable', { asset: mint.asset });
  const next = nextAttempt(mint.revocable);
  if (data.attempt !== next) return refuse('attempt-out-of-turn', { attempt: data.attempt, next });
  return { events: [{ type: 'MintRevokeSubmitted', data }] };
}

export function buryRevoke(mint: TicketMint | undefined, data: MintAttemptDied['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  const dead = mint?.state === 'minted' ? mint.revocable?.dead : mint?.state === 'revoking' ? mint.dead : undefined;
  if (dead === undefined) return refuse('state-forbids');
  if (dead.some(({ attempt }) => attempt === data.attempt)) return NOTHING;
  if (mint?.state !== 'revoking' || mint.live.attempt !== data.attempt) return refuse('attempt-not-live', { attempt: data.attempt });
  return { events: [{ type: 'MintRevokeDied', data }] };
}

export function completeRevoke(mint: TicketMint | undefined, data: MintRevoked['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state !== 'revoking' && mint?.state !== 'revoked') return refuse('state-forbids');
  if (mint.asset !== data.asset) return refuse('asset-differs', { minted: mint.asset, asked: data.asset });
  return mint.state === 'revoked' ? NOTHING : { events: [{ type: 'MintRevoked', data }] };
}

/** Only an irrevocable minted asset can be voided: a revocable one is burned, and a live attempt must end first. */
export function voidMint(mint: TicketMint | undefined, data: MintVoided['data']): MintDecision {
  const refuse = refusing(mint, data.ticket);
  if (mint?.state !== 'minted' && mint?.state !== 'voided') return refuse('state-forbids');
  if (mint.asset !== data.asset) return refuse('asset-differs', { minted: mint.asset, asked: data.asset });
  if (mint.state === 'voided') return NOTHING;
  return mint.revocable === undefined ? { events: [{ type: 'MintVoided', data }] } : refuse('revocable');
}
