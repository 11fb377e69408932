import type { Command } from 'commander';
import { redriveMint } from '#shared/platform/operator/redrive-mint.js';
import { runProgram } from '#shared/platform/operator/run-program.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { asOperator, say, withExitCodes } from '../operator.js';

interface RedriveOptions {
  readonly sale?: string;
  readonly wallet?: string;
}

/** `admit mint …` */
export function addMintCommands(program: Command): void {
  const mint = withExitCodes(program.command('mint').description('mints that do not end, and the trees of compressed tickets'));
  addTreeCommands(mint);
  mint
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
  process.exitCode = EXIT.failed; // default, until the command succeeds
  const wanted = { tenant, ticket, ...(sale !== undefined && { sale }), ...(wallet !== undefined && { wallet }) };
  const { outcome, says } = await asOperator(readEnvironment(), (connection) => redriveMint(connection, wanted));
  say(`${ticket}  ${outcome === 'over' ? 'nothing to do' : outcome}  ${says}`);
  process.exitCode = outcome === 'refused' ? EXIT.findings : EXIT.ok;
}

interface TreeOptions {
  readonly depth?: string;
  readonly buffer?: string;
  readonly canopy?: string;
  readonly ifMissing?: boolean;
  readonly json?: boolean;
}

/** `admit mint tree …`: runs where the minter's keys are. */
function addTreeCommands(mint: Command): void {
  const tree = withExitCodes(mint.command('tree').description('the trees of compressed tickets; run it where the keys of the minter are'));
  tree
    .command('create')
    .description('create the next tree, which is filled when the ones before are full; the payer pays its rent')
    .option('--depth <n>', 'room for 2^n tickets (20: a million)')
    .option('--buffer <n>', 'changes after which the proof of a burn is too old (256)')
    .option('--canopy <n>', 'levels of every proof that the account of the tree has itself (10)')
    .option('--if-missing', 'only where there is no tree yet')
    .option('--json', 'print the trees as JSON')
    .action((options: TreeOptions) => runTrees('create', options));
  tree
    .command('ls')
    .description('list the trees, and how full they are')
    .option('--json', 'print the trees as JSON')
    .action((options: TreeOptions) => runTrees('ls', options));
}

async function runTrees(verb: 'create' | 'ls', { json, ifMissing, ...size }: TreeOptions): Promise<void> {
  const { SOLANA_RPC_URL, MINT_KEYS_DIR, MINT_RPC_TIMEOUT_MS, MINT_PRIORITY_MICROLAMPORTS, MINT_AIRDROP } = readEnvironment();
  const flags = [
    ...Object.entries(size).map(([name, value]) => `--${name}=${value}`),
    ...(json === true ? ['--json'] : []),
    ...(ifMissing === true ? ['--if-missing'] : []),
  ];
  process.exitCode = await runProgram('minter/src/mint-trees.js', [verb, ...flags], {
    SOLANA_RPC_URL,
    MINT_KEYS_DIR,
    MINT_AIRDROP,
    MINT_RPC_TIMEOUT_MS: String(MINT_RPC_TIMEOUT_MS),
    MINT_PRIORITY_MICROLAMPORTS: String(MINT_PRIORITY_MICROLAMPORTS),
  });
}
