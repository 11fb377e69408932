/**
 * Errors, as opposed to refusals. Codes are never reused; each has the sentence that an operator sees. `retryable`: the same call may
 * succeed later. `terminal`: it never will. `unknown`: the effect is not known; read the state again.
 */
export const FAULTS = {
  'log-unreachable': [
    'retryable',
    'The log did not answer in time. Nothing is lost: the same request with the same key may be sent again.',
  ],
  'append-unknown': [
    'unknown',
    'The broker did not confirm the commit in time. The app checks the log for it before it decides anything else.',
  ],
  'log-broken': ['terminal', 'A commit in the log does not follow the one before it. Stop and run `admit log verify`.'],
  'event-unknown': ['terminal', 'The log holds an event of a later version. Run the version that wrote it, or a newer one.'],
  'log-shrunk': ['terminal', 'The log ends before a commit that was seen in it. Stop: restore the log before anything else.'],
  'snapshot-unusable': [
    'retryable',
    'A snapshot of a sale is torn or was changed. The sale is folded from the log, which takes longer, and the next snapshot replaces it.',
  ],
  'stream-differs': [
    'terminal',
    'A stream is missing, weaker than wanted, or of another epoch. Run `admit provision`, or restore the right data.',
  ],
  'commit-too-large': ['terminal', 'One command makes more events than a commit may hold.'],
  'command-unreadable': ['terminal', 'A stored command is not one this version can read.'],
  'chain-unreachable': ['retryable', 'No Solana RPC answered in time. Mints wait; nothing is signed again.'],
  'signer-unreachable': [
    'retryable',
    'The service that signs for payer or authority gave no valid signature in time. Mints wait; nothing is sent.',
  ],
  'no-tree': ['retryable', 'No tree has room for a compressed ticket, so its mint waits. Run `admit mint tree create`.'],
  'tree-differs': [
    'retryable',
    'The leaves that are known do not make the root of the tree on the chain. The RPC may lack history: try another one.',
  ],
  'spending-capped': ['retryable', 'The spending cap of this minute is reached. Other mints wait and continue automatically.'],
  'chain-differs': ['terminal', 'The RPC serves another chain than the one tickets were planned on.'],
  'foreign-account': ['terminal', 'A foreign account is at a planned address. An operator must investigate.'],
  'mint-under-way': ['retryable', 'An attempt to mint the ticket may still land. Retry when it has ended.'],
  'asset-stands': ['terminal', 'The ticket is minted, so it cannot be cancelled: its unit stays sold until its asset is burned.'],
  irrevocable: [
    'terminal',
    'The ticket is minted and transferable: it cannot be revoked. `order.refund` or `order.cancel` with "override": true makes it void and gives its unit back.',
  ],
  'key-exposed': ['terminal', 'A key file can be read by others than its owner. Make it private (chmod 600).'],
  'database-unreachable': ['retryable', 'Postgres did not respond. The ledger waits and catches up automatically; selling continues.'],
  'ledger-differs': ['terminal', 'The ledger does not fit the log. Run `admit replay`.'],
  'projection-refused': [
    'terminal',
    'An event could not be applied to the ledger. Its tenant is halted there until `admit ledger suspend`, or a version that can apply it.',
  ],
  'tenant-refused': ['terminal', 'The tenant cannot be made or changed like this. Every reason is listed.'],
  configuration: ['terminal', 'The configuration is not usable. Every problem is listed.'],
  'server-missing': ['terminal', 'A program that is needed could not be found or started.'],
} as const satisfies Record<string, readonly [kind: 'retryable' | 'terminal' | 'unknown', sentence: string]>;

export type FaultCode = keyof typeof FAULTS;

export class Fault extends Error {
  override readonly name = 'Fault';
  readonly kind: 'retryable' | 'terminal' | 'unknown';
  constructor(
    readonly code: FaultCode,
    readonly context: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown } = {},
  ) {
    super(
      `${code}: ${FAULTS[code][1]} ${JSON.stringify(context, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
      options,
    );
    this.kind = FAULTS[code][0];
  }
}

export const isFault = (thrown: unknown, code?: FaultCode): thrown is Fault =>
  thrown instanceof Fault && (code === undefined || thrown.code === code);
