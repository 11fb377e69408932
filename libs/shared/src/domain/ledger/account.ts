/**
 * The chart of accounts. Every account has a normal side: its balance there is never negative (L9). An account may have sub-accounts
 * (`sold/<buyer>`): entries name them, balances are kept for the account before the slash.
 */
const NORMAL_SIDE = {
  // tickets of a sale: the accounts always add up to the opened units
  opened: 'credit',
  available: 'debit',
  held: 'debit',
  sold: 'debit',
  // mints of a sale: requested mints are in progress, minted, failed, revoked, or void (the asset exists, and its unit is sold again)
  'mint-requests': 'credit',
  'mint-asked': 'debit',
  minted: 'debit',
  'mint-failed': 'debit',
  'mint-cancelled': 'debit',
  'mint-revoked': 'debit',
  'mint-voided': 'debit',
  // money: with payment "none" buyer and organiser settle directly, so nothing passes through clearing
  'settled-outside': 'debit',
  // money at the payment provider: in clearing (by order) until it is assigned; then to be refunded, disputed, or earned
  provider: 'debit',
  clearing: 'credit',
  'refunds-owed': 'credit',
  disputed: 'credit',
  revenue: 'credit',
  // events that an operator suspended: their amounts are posted twice, so that no other account changes
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

/** The unit of an amount: tickets, mints or suspended events of one sale, or minor units of a currency (its three letters). */
export const ticketsOf = (sale: string): string => `tickets:${sale}`;
export const mintsOf = (sale: string): string => `mints:${sale}`;
export const eventsOf = (sale: string): string => `events:${sale}`;
