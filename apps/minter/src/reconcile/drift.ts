import type { Judgement } from '../chains/token-2022/judge-account.js';
import type { LedgerSale, LedgerTicket } from './ledger-tickets.js';
import type { LoggedTicket } from './logged-tickets.js';

/** The possible findings, each an error or information. */
export const DRIFTS = {
  'other-chain': ['wrong', 'was planned on another chain than the one the RPC serves'],
  'foreign-account': ['wrong', 'a foreign account is at its planned address'],
  'not-on-chain': ['wrong', 'minted according to the log, but no account is at its address'],
  'on-chain-only': ['wrong', 'its asset is on the chain, but according to the log it was not minted'],
  'not-burned': ['wrong', 'revoked according to the log, but its asset still exists'],
  'ledger-only': ['wrong', 'minted according to the ledger, and not according to the log'],
  'not-in-ledger': ['wrong', 'minted according to the log, and not according to the ledger'],
  'ledger-differs': ['wrong', 'the ledger has another asset, signature or holder than the log'],
  'orphan-transaction': ['wrong', 'signed by a key of the minter, landed, but not in the log'],
  moved: ['to know', 'the holder changed since the mint'],
  burned: ['to know', 'its holder burned it'],
  'dead-but-landed': ['to know', 'an attempt landed that was written down as dead: an RPC provider was wrong about it'],
  'in-flight': ['to know', 'an attempt is under way'],
  'ledger-behind': ['to know', 'the ledger has not come to it yet'],
} as const satisfies Record<string, readonly ['wrong' | 'to know', string]>;

export type DriftKind = keyof typeof DRIFTS;
export const isWrong = (kind: DriftKind): boolean => DRIFTS[kind][0] === 'wrong';

export interface Drift {
  readonly kind: DriftKind;
  readonly tenant?: string;
  readonly sale?: string;
  readonly ticket?: string;
  readonly asset?: string;
  /** The value on each side. */
  readonly log?: string;
  readonly ledger?: string;
  readonly chain?: string;
  readonly signature?: string;
}

type About = Pick<Drift, 'tenant' | 'sale'>;

/** The account at a planned address, and the token's holder: null when the token is burned. */
export type OnChain = Judgement & { readonly holder?: string | null };

/** Compares the log with the chain for one planned ticket. */
export function chainDrift(of: About, { ticket, plan, mint, holder }: LoggedTicket, found: OnChain): Drift | undefined {
  const drift = (kind: DriftKind, chain: string): Drift => ({ kind, ...of, ticket, asset: plan?.asset ?? '', log: mint.state, chain });
  if (found.kind === 'foreign') return drift('foreign-account', found.found);
  if (mint.state === 'submitted' || mint.state === 'revoking') return drift('in-flight', found.kind);
  const stands = found.kind === 'ours' && found.supply > 0n;
  switch (mint.state) {
    case 'minted':
    case 'voided':
      if (found.kind === 'absent') return drift('not-on-chain', 'absent');
      return mint.state === 'minted' ? sinceMinted(drift, found, holder) : undefined; // a void ticket is worthless, so its holder does not matter
    case 'revoked':
      return stands ? drift('not-burned', 'supply 1') : undefined;
    default:
      return found.kind === 'ours' ? drift('on-chain-only', `supply ${found.supply}`) : undefined;
  }
}

function sinceMinted(
  drift: (kind: DriftKind, chain: string) => Drift,
  found: Extract<OnChain, { kind: 'ours' }>,
  holder: LoggedTicket['holder'],
): Drift | undefined {
  if (found.supply === 0n) return drift('burned', 'supply 0');
  return found.holder === holder ? undefined : { ...drift('moved', `held by ${found.holder}`), log: `held by ${holder}` };
}

/** Compares the log with the ledger for one sale. Changes after the other side was read are no difference. */
export function* ledgerDrifts(of: About, logged: ReadonlyMap<string, LoggedTicket>, ledger: LedgerSale, last: number): Iterable<Drift> {
  for (const each of logged.values()) {
    const row = ledger.tickets.get(each.ticket);
    const { mint } = each;
    const wasMinted = mint.state === 'minted' || mint.state === 'voided';
    if (wasMinted && (row === undefined || row.sequence <= last)) yield* mintedDrift(of, each, mint, row, ledger);
  }
  for (const { ticket, status, asset, sequence } of ledger.tickets.values()) {
    const state = logged.get(ticket)?.mint.state ?? 'unknown';
    if (status === 'minted' && sequence <= last && !['minted', 'revoking', 'revoked', 'voided'].includes(state))
      yield { kind: 'ledger-only', ...of, ticket, asset: asset ?? '', log: state, ledger: status };
  }
}

type Minted = Extract<LoggedTicket['mint'], { state: 'minted' | 'voided' }>;

function* mintedDrift(
  of: About,
  { ticket, sequence, holder = null }: LoggedTicket,
  { asset, signature }: Minted,
  row: LedgerTicket | undefined,
  { checkpoint }: LedgerSale,
): Iterable<Drift> {
  const about = { ...of, ticket, asset };
  if (sequence > checkpoint) yield { kind: 'ledger-behind', ...about, log: 'minted', ledger: `at ${checkpoint}` };
  else if (row === undefined || !isMinted(row))
    yield { kind: 'not-in-ledger', ...about, log: 'minted', ledger: row?.status ?? 'no such ticket' };
  else {
    const fields = { asset, signature, ...(row.status === 'minted' && { holder }) }; // a revoked ticket has no holder
    for (const [name, value] of Object.entries(fields)) {
      const other = row[name as keyof typeof fields];
      if (other !== value) yield { kind: 'ledger-differs', ...about, log: `${name} ${value}`, ledger: `${name} ${other}` };
    }
  }
}

/** A revoked or void ticket was minted earlier. */
const isMinted = ({ status }: LedgerTicket): boolean => ['minted', 'revoking', 'released', 'void'].includes(status);
