import type { Command } from 'commander';
import { runProgram } from '#shared/platform/operator/run-program.js';
import { readEnvironment } from '#shared/platform/process/environment.js';

const COULD_NOT = 2;

interface VerifyOptions {
  readonly rpcUrl?: string;
  readonly issuer?: string;
  readonly json?: boolean;
}

/** `admit receipt …` */
export function addReceiptCommands(program: Command): void {
  program
    .command('receipt')
    .description('proof of minted tickets')
    .command('verify <file>')
    .description(
      'verify a receipt with its file (- for standard input) and a Solana RPC alone, which cannot know that a ticket became void. Exit codes: 0 valid, 1 invalid, 2 could not verify',
    )
    .option('--rpc-url <url>', 'the URL of the RPC (default: SOLANA_RPC_URL)')
    .option('--issuer <address>', 'the base key that the organiser published: the receipt must be of it')
    .option('--json', 'print the findings as JSON')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT))
    .action(verify);
}

async function verify(file: string, { rpcUrl, issuer, json }: VerifyOptions): Promise<void> {
  process.exitCode = COULD_NOT; // default, unless the replay reports its result
  const flags = [...(issuer === undefined ? [] : [`--issuer=${issuer}`]), ...(json === true ? ['--json'] : []), '--', file];
  process.exitCode = await runProgram('minter/src/verify-receipt.js', flags, {
    SOLANA_RPC_URL: rpcUrl ?? readEnvironment().SOLANA_RPC_URL,
  });
}
