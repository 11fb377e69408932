/** What each stream holds, by its name. */
export const HOLDS: Readonly<Record<string, string>> = {
  COMMANDS: 'commands until they are decided',
  EVENTS: 'the log',
  MINTS: 'mints that the minter has not settled',
  TIMERS: 'when holds end',
  DEAD: 'dead letters',
  WEBHOOKS: 'sales with events to send',
  KV_tenants: 'tenants',
  KV_snapshots: 'snapshots of sales',
  KV_lookups: 'lists of sales and payments',
  KV_webhooks: 'endpoints of webhooks',
  'KV_webhook-secrets': 'secrets of endpoints',
  'KV_webhook-feeds': 'how far each sale is delivered',
};

const DOES: Readonly<Record<string, string>> = {
  decider: 'decides commands',
  lookups: 'lists sales and payments for reads',
  ledger: 'posts events to the ledger',
  'mint-requests': 'asks the minter for mints',
  'mint-news': 'records results of mints in the sale',
  sweeps: 'ends holds that were not paid',
  'webhook-events': 'finds endpoints that an event is for',
  webhooks: 'sends events to endpoints',
  replay: 'reads the log for a replay',
};

/** What a consumer does, by its name. The deciders have a number behind theirs. */
export const taskOf = (consumer: string): string | undefined => DOES[consumer.replace(/-\d+$/, '')];
