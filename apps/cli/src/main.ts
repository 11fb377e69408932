#!/usr/bin/env node
import { Command } from 'commander';
import { isFault } from '#shared/kernel/fault.js';
import { provisionStreams } from './provision.js';

const program = new Command('admit').description('Sells every ticket once and mints every ticket once.');

program.command('provision').description('make the streams and consumers of a new log; change nothing on one that is whole').action(provisionStreams);

try {
  await program.parseAsync();
} catch (thrown) {
  process.stderr.write(`${isFault(thrown) ? thrown.message : String(thrown instanceof Error ? thrown.stack : thrown)}\n`);
  process.exitCode = 1;
}
