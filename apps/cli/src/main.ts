#!/usr/bin/env node
import { Command } from 'commander';
import { isFault } from '#shared/kernel/fault.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { printError } from '#shared/platform/process/print-error.js';
import { VERSION } from '#shared/platform/process/version.js';
import { addCommands, SELLERS } from './commands.js';
import { loadOperatorSettings } from './operator-settings.js';
import { loadSellerSettings } from './seller-settings.js';

/** The exit code of a failed command that is no check. */
const FAILED = 1;
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

await addCommands(program, process.argv[2]);

// Only for a command that runs: help needs no settings.
for (const command of program.commands)
  command.hook('preAction', command.helpGroup() === SELLERS ? loadSellerSettings : loadOperatorSettings);

try {
  await program.parseAsync();
} catch (thrown) {
  printError(thrown);
  process.exitCode ||= isFault(thrown, 'configuration') ? EXIT.failed : FAILED;
}
