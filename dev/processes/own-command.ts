import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from '#shared/platform/process/exit-codes.js';

const SEEDS = 1e9;

/** One of the project's own commands, as `npm run` starts it. Exit codes: 1 findings, 2 wrong usage. */
export const ownCommand = (script: string): Command =>
  new Command(`npm run ${script} --`).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.failed));

/** Parses an option that is a count. @throws InvalidArgumentError, which the command prints with the option's name */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 999999999.');
  return Number(text);
}

/** Runs a command with random input. `check` resolves to whether everything holds; if not, the exit code is 1. */
export async function runSeeded<Options extends { readonly seed: number }>(
  command: Command,
  draws: string,
  check: (options: Options) => Promise<boolean>,
): Promise<void> {
  const again = `draws the same ${draws} again`;
  await command
    .option('--seed <n>', again, countOf, 1 + (Date.now() % (SEEDS - 1)))
    .action(async (options: Options) => {
      console.log(`seed ${options.seed} (--seed ${options.seed} ${again})`);
      if (!(await check(options))) process.exitCode = EXIT.findings;
    })
    .parseAsync();
}
