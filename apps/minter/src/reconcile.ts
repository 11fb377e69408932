import { parseArgs } from 'node:util';
import { withLedger } from '#shared/platform/ledger-reading.js';
import { connectForCommand } from '#shared/platform/messaging/nats.js';
import { accessOf } from '#shared/platform/messaging/nats-login.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { printError } from '#shared/platform/process/print-error.js';
import { progressOf } from '#shared/platform/process/progress.js';
import { Rpc } from './chains/token-2022/rpc/rpc.js';
import { DRIFTS, type Drift, isWrong } from './reconcile/drift.js';
import { type Reconciled, Reconciliation } from './reconcile/reconciliation.js';

/**
 * `node dist/apps/minter/src/reconcile.js [--also address,…] [--no-ledger] [--json]`: compares log, ledger and chain. `admit reconcile`
 * starts it with the operator's NATS login, the ledger's reader and an RPC; it has no signing key. Exit codes: 0 no findings, 1
 * findings, 2 could not run.
 */

async function reconcile(also: readonly string[], withoutLedger: boolean): Promise<Reconciled> {
  const environment = readEnvironment();
  const { DATABASE_REPLAY_URL, SOLANA_RPC_URL, MINT_RPC_TIMEOUT_MS } = environment;
  const rpc = new Rpc(SOLANA_RPC_URL.split(',')[0] ?? SOLANA_RPC_URL, MINT_RPC_TIMEOUT_MS);
  const connection = await connectForCommand(accessOf(environment, 'operator'), 'admit-reconcile');
  const progress = progressOf('reconcile', 'commits');
  try {
    if (withoutLedger) return await (await Reconciliation.of({ connection, rpc, also })).run(progress);
    return await withLedger(DATABASE_REPLAY_URL, async (ledger) =>
      (await Reconciliation.of({ connection, rpc, ledger, also })).run(progress),
    );
  } finally {
    await connection.close();
  }
}

const wrongIn = ({ counts }: Reconciled): boolean => Object.keys(counts).some((kind) => isWrong(kind as keyof typeof DRIFTS));

function reportOf(reconciled: Reconciled): string {
  const { sequence, sales, tickets, transactions, counts, drifts } = reconciled;
  const seen = `${tickets} tickets of ${sales} sales up to commit ${sequence}, ${transactions} transactions`;
  const sums = Object.entries(counts).map(([kind, count]) => {
    const [grade, says] = DRIFTS[kind as keyof typeof DRIFTS];
    return `  ${String(count).padStart(6)}  ${grade.padEnd(7)}  ${kind.padEnd(18)}  ${says}`;
  });
  return [`${wrongIn(reconciled) ? 'DRIFTED' : 'in agreement'}: ${seen}`, ...sums, ...drifts.map(lineOf), ''].join('\n');
}

function lineOf({ kind, tenant, sale, ticket, asset, log, ledger, chain, signature }: Drift): string {
  const place = ticket === undefined ? (signature ?? '') : `${tenant}/${sale} ${ticket}`;
  const sides = Object.entries({ log, ledger, chain }).flatMap(([side, says]) => (says === undefined ? [] : [`${side}: ${says}`]));
  return `${kind}  ${place}  ${asset ?? ''}  ${sides.join(', ')}`;
}

try {
  process.exitCode = EXIT.failed; // default, unless the check succeeds
  const { values } = parseArgs({
    options: {
      also: { type: 'string', default: '' },
      'no-ledger': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const also = values.also.split(',').filter((address) => address !== '');
  const reconciled = await reconcile(also, values['no-ledger']);
  process.stdout.write(values.json ? `${JSON.stringify(reconciled)}\n` : reportOf(reconciled));
  process.exitCode = wrongIn(reconciled) ? EXIT.findings : EXIT.ok;
} catch (thrown) {
  printError(thrown);
}
