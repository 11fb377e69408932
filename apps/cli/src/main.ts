#!/usr/bin/env node
import { Command } from 'commander';
import { isFault } from '#shared/kernel/fault.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { printError } from '#shared/platform/process/print-error.js';
import { VERSION } from '#shared/platform/process/version.js';
import { addBuyCommand } from './commands/buy.js';
import { addDeadCommands } from './commands/dead.js';
import { addDevCommands } from './commands/dev.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addLedgerCommands } from './commands/ledger.js';
import { addLogCommands } from './commands/log.js';
import { addMintCommands } from './commands/mint.js';
import { addNatsCommands } from './commands/nats.js';
import { addOrderCommands } from './commands/order.js';
import { addPaymentsCommands } from './commands/payments.js';
import { provisionStreams } from './commands/provision.js';
import { addReceiptCommands } from './commands/receipt.js';
import { addReconcileCommand } from './commands/reconcile.js';
import { listRefunds } from './commands/refunds.js';
import { replayLog } from './commands/replay.js';
import { addSaleCommands } from './commands/sale.js';
import { addStatusCommand } from './commands/status.js';
import { addTenantCommands } from './commands/tenant.js';
import { addWatchCommand } from './commands/watch.js';
import { addWebhooksCommands } from './commands/webhooks.js';
import { withExitCodes } from './operator.js';
import { loadOperatorSettings } from './operator-settings.js';
import { loadSellerSettings } from './seller-settings.js';

/** The exit code of a failed command that is no check. */
const FAILED = 1;
const SELLERS = 'For sellers (HTTP_URL and ADMIT_API_KEY, as in .admit/stack.env):';
const OPERATORS = 'For operators (NATS_URL, NATS_USER and NATS_PASSWORD, as in .admit/env/operator.env):';
const FIRST_STEPS = `
First steps, beside npm start:
  . .admit/stack.env
  npx admit sale open gala --name Gala --price 5000 --currency EUR --row A:1-20 --mint on-confirm
  npx admit buy gala --units A-1,A-2 --buyer b-42 --wallet "$ADMIT_WALLET"
  npx admit watch --all
`;

const program = new Command('admit')
  .description('Sells every ticket once and mints every ticket once.')
  .version(VERSION, '-v, --version', 'print the version')
  .addHelpText('after', FIRST_STEPS);

program.commandsGroup(SELLERS);
addSaleCommands(program);
addBuyCommand(program);
addOrderCommands(program);
addWatchCommand(program);
addStatusCommand(program);
addWebhooksCommands(program);

program.commandsGroup(OPERATORS);
program
  .command('provision')
  .description('make the streams and consumers of a new log; change nothing on one that is whole')
  .action(provisionStreams);

withExitCodes(program.command('replay'))
  .description('rebuild the ledger from the first event in a shadow, and compare it with the live one')
  .option('--tenant <tenant>', 'this tenant only')
  .option('--until <moment>', 'up to this sequence of the stream, or this time')
  .option(
    '--from-backup <folder>',
    'rebuild from a backup, on a server of its own (NATS_SERVER), and compare as of its last commit; the log is not touched',
  )
  .option('--promote', 'replace the live ledger by the rebuilt one')
  .option('--trust-log', 'promote also where the live ledger knows of more than the log, or of another one')
  .option('--json', 'print the outcome as JSON')
  .action(replayLog);

program
  .command('refunds <tenant> <sale>')
  .description('list the money of a sale that has to go back, and why')
  .option('--json', 'print the list as JSON')
  .action(listRefunds);

addDoctorCommand(program);
addTenantCommands(program);
addDeadCommands(program);
addReceiptCommands(program);
addLogCommands(program);
addLedgerCommands(program);
addReconcileCommand(program);
addPaymentsCommands(program);
addMintCommands(program);
addNatsCommands(program);
addDevCommands(program);

// Only for a command that runs: help needs no settings.
for (const command of program.commands)
  command.hook('preAction', command.helpGroup() === SELLERS ? loadSellerSettings : loadOperatorSettings);

try {
  await program.parseAsync();
} catch (thrown) {
  printError(thrown);
  process.exitCode ||= isFault(thrown, 'configuration') ? EXIT.failed : FAILED;
}
