import type { Command } from 'commander';
import { redriveMint } from '#shared/platform/operator/redrive-mint.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { asOperator, say, withExitCodes } from '../operator.js';

interface RedriveOptions {
  readonly sale?: string;
  readonly wallet?: string;
}

/** `admit mint …` */
export function addMintCommands(program: Command): void {
  withExitCodes(program.command('mint').description('mints that do not end'))
    .command('redrive')
    .argument('<tenant>', 'whose ticket it is')
    .argument('<ticket>', 'the ticket')
    .description(
      'send a mint to the minter again; a minted ticket stays unchanged, and no ticket gets a second address. Exit code 1: refused',
    )
    .option('--sale <sale>', 'search this sale only: faster than all sales of the tenant')
    .option('--wallet <address>', 'for a failed mint: request it again, for this wallet')
    .action(redrive);
}

async function redrive(tenant: string, ticket: string, { sale, wallet }: RedriveOptions): Promise<void> {
  process.exitCode = EXIT.failed; // until it is known better
  const wish = { tenant, ticket, ...(sale !== undefined && { sale }), ...(wallet !== undefined && { wallet }) };
  const { outcome, says } = await asOperator(readEnvironment(), (connection) => redriveMint(connection, wish));
  say(`${ticket}  ${outcome === 'over' ? 'nothing to do' : outcome}  ${says}`);
  process.exitCode = outcome === 'refused' ? EXIT.findings : EXIT.ok;
}
