import { Command, InvalidArgumentError } from 'commander';

const COULD_NOT = 2;

/** One of the project's own commands, as `npm run` starts it. Exit codes: 1 findings, 2 wrong usage. */
export const ownCommand = (script: string): Command =>
  new Command(`npm run ${script} --`).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT));

/** Parses an option that is a count. @throws InvalidArgumentError, which the command prints with the option's name */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 999999999.');
  return Number(text);
}
