/**
 * The chart of accounts. Every account has a normal side: its balance there is never negative (L9).
 * An account may have sub-accounts (`sold/<buyer>`): entries name them, balances are kept for the account before the slash.
 */
const NORMAL_SIDE = {
  // tickets of a sale: what was opened is somewhere, always
  opened: 'credit',
  available: 'debit',
  held: 'debit',
  sold: 'debit',
  // mints of a sale: what was asked is under way, minted, failed, taken back, or void (its asset stands, and its unit is sold again)
  'mint-requests': 'credit',
  'mint-asked': 'debit',
  minted: 'debit',
  'mint-failed': 'debit',
  'mint-cancelled': 'debit',
  'mint-revoked': 'debit',
  'mint-voided': 'debit',
  // money: with payment "none" the buyer settles with the organiser outside of us, so nothing passes through clearing
  'settled-outside': 'debit',
  // what the payment provider has for us; in clearing (by order) until it is known what it pays for; to be given back, disputed, or earned
  provider: 'debit',
  clearing: 'credit',
  'refunds-owed': 'credit',
  disputed: 'credit',
  revenue: 'credit',
  // events that could not be applied, and were suspended by an operator: what they speak of, twice, so that nothing else is touched
  suspense: 'debit',
  suspended: 'credit',
} as const satisfies Record<string, 'debit' | 'credit'>;

export type ControlAccount = keyof typeof NORMAL_SIDE;
export type Account = ControlAccount | `${ControlAccount}/${string}`;

export const CONTROL_ACCOUNTS = Object.keys(NORMAL_SIDE) as readonly ControlAccount[];

export const controlOf = (account: Account): ControlAccount => {
  const slash = account.indexOf('/');
  return (slash === -1 ? account : account.slice(0, slash)) as ControlAccount;
};

export const normalSide = (account: Account): 'debit' | 'credit' => NORMAL_SIDE[controlOf(account)];

/** What an amount counts: tickets, mints or suspended events of one sale, or minor units of a currency (its three letters). */
export const ticketsOf = (sale: string): string => `tickets:${sale}`;
export const mintsOf = (sale: string): string => `mints:${sale}`;
export const eventsOf = (sale: string): string => `events:${sale}`;
