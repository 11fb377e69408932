import type { MintEvent, MintPlan } from '../mint/events.js';
import { type Account, mintsOf } from './account.js';
import type { Book } from './book.js';
import type { Entry, Place, Posting } from './entry.js';
import { keptAt, knownTicket } from './known.js';
import type { TicketRow } from './read-model.js';

/** What the chain side reports of a ticket. Its rows carry the key of the command that asked for the mint. */
export function postMintEvent(event: MintEvent, book: Book, place: Place): Posting {
  const row = knownTicket(book, place, event.data.ticket);
  book.tickets.change({ ...row, ...changeOf(event), ...(row.status === 'revoking' && { status: row.status }), ...keptAt(place) }); // a mint that is to be undone stays so
  return { entries: entriesOf(event, row, place), key: row.mintKey };
}

function changeOf(event: MintEvent): Partial<TicketRow> {
  switch (event.type) {
    case 'MintPlanned':
      return { asset: event.data.asset, ...documentOf(event.data) };
    case 'MintSubmitted':
      return { attempts: event.data.attempt };
    case 'MintAttemptDied':
    case 'MintCancelled':
    case 'MintRevokeSubmitted':
    case 'MintRevokeDied':
    case 'MintVoided':
      return {};
    case 'MintRevoked':
      return { holder: null };
    case 'MintCompleted': {
      const { asset, signature, slot, holder, wallet } = event.data;
      return { status: 'minted', asset, signature, slot, holder, wallet };
    }
    case 'MintFailed':
      return { status: 'mint-failed', failure: event.data.reason };
  }
}

const documentOf = ({ symbol, document }: MintPlan): Partial<TicketRow> => (document === undefined ? {} : { symbol, document });

function entriesOf(event: MintEvent, { order, ticket, failure }: TicketRow, { sale }: Place): Entry[] {
  const debit = ENDS[event.type];
  if (debit === undefined) return [];
  return [{ debit, credit: beforeEnd(event, failure), unit: mintsOf(sale), amount: 1n, order, ticket }];
}

function beforeEnd({ type }: MintEvent, failure: string | null): Account {
  if (type === 'MintRevoked' || type === 'MintVoided') return 'minted';
  return type === 'MintCancelled' && failure !== null ? 'mint-failed' : 'mint-asked';
}

/** Where what was asked has gone. */
const ENDS: Partial<Record<MintEvent['type'], Account>> = {
  MintCompleted: 'minted',
  MintFailed: 'mint-failed',
  MintCancelled: 'mint-cancelled',
  MintRevoked: 'mint-revoked',
  MintVoided: 'mint-voided',
};
