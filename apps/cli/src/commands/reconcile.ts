import type { Command } from 'commander';
import { accessOf, settingsOfLogin } from '#shared/platform/messaging/nats-login.js';
import { runProgram } from '#shared/platform/operator/run-program.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { withExitCodes } from '../operator.js';

interface ReconcileOptions {
  readonly also?: readonly string[];
  readonly ledger: boolean;
  readonly json?: boolean;
}

/** `admit reconcile` */
export function addReconcileCommand(program: Command): void {
  withExitCodes(program.command('reconcile'))
    .description('compare log, ledger and chain and report differences; changes nothing. Exit code 1 on errors')
    .option(
      '--also <addresses...>',
      'search for unlogged transactions of these addresses too: payer and mint authority, current and former',
    )
    .option('--no-ledger', 'hold the log against the chain alone')
    .option('--json', 'print the report as JSON')
    .action(reconcile);
}

async function reconcile({ also = [], ledger, json }: ReconcileOptions): Promise<void> {
  process.exitCode = EXIT.failed; // default, until the check reports its result
  const environment = readEnvironment();
  const { DATABASE_REPLAY_URL, SOLANA_RPC_URL } = environment;
  const flags = [
    ...(also.length === 0 ? [] : [`--also=${also.join(',')}`]),
    ...(ledger ? [] : ['--no-ledger']),
    ...(json === true ? ['--json'] : []),
  ];
  const told = { ...settingsOfLogin(accessOf(environment, 'operator')), DATABASE_REPLAY_URL, SOLANA_RPC_URL };
  process.exitCode = await runProgram('minter/src/reconcile.js', flags, told);
}
