import type { CommandDecided } from './decided.js';
import type { EventSuspended } from './ledger/suspension.js';
import type { MintEvent } from './mint/events.js';
import type { SaleEvent } from './sale/events.js';

/** Events of a sale, of a ticket's mint, or of decisions on the ledger. */
export type DomainEvent = SaleEvent | MintEvent | EventSuspended;
/** Every event that the log may contain. */
export type Event = DomainEvent | CommandDecided;

/** An event with the time that was decided for it: milliseconds since 1970, UTC; never earlier than the one before it on its subject. */
export type Recorded<E extends Event = Event> = E & { readonly at: number; readonly traceparent?: string };
