import { noteMintFailure, releaseUnit } from '#shared/domain/sale/mint-result.js';
import { bodyOf, type Decided } from './operation.js';

const internal = { status: 200, view: () => ({}) } as const satisfies Partial<Decided>;

/** Time has passed: every command expires overdue holds first. */
export const saleSweep = { ...internal, name: 'sale.sweep', decide: () => ({ events: [] }) } as const satisfies Decided;

export const ticketMintFailed = {
  ...internal,
  name: 'ticket.mint-failed',
  decide: (sale, command) => noteMintFailure(sale, bodyOf(command)),
} as const satisfies Decided;

/** A mint was cancelled, its asset was burned, or its ticket became void. */
export const ticketRelease = {
  ...internal,
  name: 'ticket.release',
  decide: (sale, command) => releaseUnit(sale, bodyOf(command)),
} as const satisfies Decided;
