import type { MintEvent, MintPlan } from '../../mint/events.js';
import { type Account, mintsOf } from '../account.js';
import type { Entry, EntrySource, Posting } from '../entry.js';
import type { TicketRow } from '../read-model.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { numberOf, splitByKind } from './by-kind.js';
import { ticketOrRefuse } from './lookup.js';

/** Posts the minter's report of a ticket. Its rows carry the key of the command that requested the mint. */
export function postMintEvent(event: MintEvent, book: UnitOfWork, place: EntrySource): Posting {
  const row = ticketOrRefuse(book, place, event.data.ticket);
  book.tickets.change(changed(row, event, place));
  return { entries: entriesOf(event, row, place), key: row.mintKey };
}

function changed(row: TicketRow, event: MintEvent, { sequence, at: updatedAt }: EntrySource): TicketRow {
  switch (event.type) {
    case 'MintPlanned':
      return { ...row, ...plannedOf(event.data), sequence, updatedAt };
    case 'MintSubmitted':
      return { ...row, attempts: event.data.attempt, sequence, updatedAt };
    case 'MintAttemptDied':
    case 'MintCancelled':
    case 'MintRevokeSubmitted':
    case 'MintRevokeDied':
    case 'MintVoided':
      return { ...row, sequence, updatedAt };
    case 'MintRevoked':
      return { ...row, holder: null, sequence, updatedAt };
    case 'MintCompleted': {
      const { asset, signature, slot, holder, wallet } = event.data;
      return { ...row, status: ended(row, 'minted'), asset, signature, slot, holder, wallet, sequence, updatedAt };
    }
    case 'MintFailed':
      return { ...row, status: ended(row, 'mint-failed'), failure: event.data.reason, sequence, updatedAt };
  }
}

/** A mint that is to be revoked keeps that state. */
const ended = ({ status }: TicketRow, end: TicketRow['status']): TicketRow['status'] => (status === 'revoking' ? status : end);

function plannedOf({ asset, symbol, document, shown }: MintPlan): Partial<TicketRow> {
  if (document === undefined) return { asset };
  if (shown === undefined) return { asset, symbol, document };
  const { name: documentName, image = null, externalUrl = null } = shown;
  return { asset, symbol, document, documentName, image, externalUrl };
}

function entriesOf(event: MintEvent, row: TicketRow, { sale }: EntrySource): Entry[] {
  const { order, ticket, failure } = row;
  const debit = ENDS[event.type];
  if (debit === undefined) return [];
  return splitByKind({ debit, credit: beforeEnd(event, failure), unit: mintsOf(sale), order, ticket }, [row], numberOf);
}

function beforeEnd({ type }: MintEvent, failure: string | null): Account {
  if (type === 'MintRevoked' || type === 'MintVoided') return 'minted';
  return type === 'MintCancelled' && failure !== null ? 'mint-failed' : 'mint-asked';
}

/** The account that receives the requested mint. */
const ENDS: Partial<Record<MintEvent['type'], Account>> = {
  MintCompleted: 'minted',
  MintFailed: 'mint-failed',
  MintCancelled: 'mint-cancelled',
  MintRevoked: 'mint-revoked',
  MintVoided: 'mint-voided',
};
