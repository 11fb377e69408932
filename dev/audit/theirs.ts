/** The verdicts of the audits of the two earlier services, check by check, in the words of those audits. */
export type TheirVerdict = 'PASS' | 'PARTIAL' | 'FAIL' | 'not listed';

const all = (ids: readonly string[], verdict: TheirVerdict, said: string): (readonly [string, readonly [TheirVerdict, string]])[] =>
  ids.map((id) => [id, [verdict, said]]);
const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);

export const THEIRS: Readonly<Record<string, readonly [TheirVerdict, string]>> = Object.fromEntries([
  ...all(numbered('IK', 1, 5), 'FAIL', 'no idempotency key system'),
  ...all(['IK6'], 'PARTIAL', 'ticket_id and tenant_id unique'),
  ...all(['IK7'], 'FAIL', 'no in-progress blocking'),
  ...all(['UP1', 'UP2', 'UP3', 'UP4', 'UP6'], 'PASS', 'ON CONFLICT DO UPDATE in a transaction'),
  ...all(['UP5'], 'FAIL', 'no RETURNING clause'),
  ...all(['QJ1'], 'FAIL', 'no deterministic job id'),
  ...all(['QJ2'], 'FAIL', 'jobs not deduplicated'),
  ...all(['QJ3'], 'FAIL', 'no key in the data'),
  ...all(['QJ4'], 'PARTIAL', 'retry no duplicate'),
  ...all(['QJ5', 'QJ6'], 'PASS', 'failed and completed jobs marked'),
  ...all(['QJ7'], 'FAIL', 'job result not cached'),
  ...all(numbered('WI', 1, 6), 'FAIL', 'no webhook idempotency'),
  ...all(['NM1'], 'PARTIAL', 'check before mint'),
  ...all(['NM2'], 'PASS', 'status tracked'),
  ...all(['NM3'], 'FAIL', 'no status check before mint'),
  ...all(['NM4'], 'FAIL', 'in progress does not block'),
  ...all(['NM5'], 'FAIL', 'existing not returned'),
  ...all(['NM6', 'NM7'], 'PASS', 'signature and asset id stored'),
  ...all(['NM8'], 'PARTIAL', 'partial failure'),
  ...all(['AE1'], 'PARTIAL', 'POST idempotent'),
  ...all(['AE2'], 'FAIL', 'batch not atomic'),
  ...all(['AE3'], 'PASS', 'partial status'),
  ...all(['AE4'], 'FAIL', 'not documented'),
  ...all(['AE5'], 'PASS', 'GET idempotent'),
  ...all(numbered('DL', 1, 6), 'FAIL', 'no locking implemented'),
  ...all(['RS1', 'RS2', 'RS3', 'RS5'], 'PASS', 'backoff, three tries, counted, errors told apart'),
  ...all(['RS4'], 'FAIL', 'retried operations not idempotent'),
  ...all(['RS6'], 'PARTIAL', 'non-retryable fail fast'),
  ...all(['NFT-1'], 'PARTIAL', 'timestamp in the id'),
  ...all(['NFT-2'], 'PASS', 'key includes ticket_id'),
  ...all(['NFT-3'], 'FAIL', 'tx hash not stored before retry'),
  ...all(['NFT-4'], 'FAIL', 'pending tx not monitored'),
  ...all(['NFT-6'], 'FAIL', 'failure and timeout not told apart'),
  ...all(['NFT-7'], 'PARTIAL', 'atomic ticket update'),
  ...all(['NFT-8'], 'PASS', 'duplicate returns existing'),
  ...all(numbered('TP-', 1, 4), 'FAIL', 'no key, no atomic reservation'),
  ...all(['TP-5'], 'PARTIAL', 'recovery points'),
  ...all(['TP-6', 'TP-7', 'TP-8', 'TP-9'], 'FAIL', 'no resume, no tenant, no 409, no 422'),
  ...all(['SC-1', 'SC-3', 'SC-4', 'SC-5'], 'FAIL', 'no key, no atomic check, no replay header, no tenant'),
  ...all(['SC-2'], 'PARTIAL', 'persistent storage'),
  ...all(['SC-6', 'SC-7'], 'PASS', 'only successful mints cached; 5xx allows retry'),
  ...all(['SC-8'], 'FAIL', '4xx does not require a new key'),
  ...all(['SC-9'], 'FAIL', 'no monitoring'),
  ...all(['NFT-5', 'TP-10'], 'not listed', 'counted, not listed'),
]);
