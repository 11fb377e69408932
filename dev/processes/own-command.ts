import { Command, InvalidArgumentError } from 'commander';

const COULD_NOT = 2;

/** One of the project's own commands, as `npm run` starts it. It ends with 1 when what it looks at is not as it should be, with 2 when it was asked wrongly. */
export const ownCommand = (script: string): Command =>
  new Command(`npm run ${script} --`).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT));

/** What stands behind an option that counts. @throws InvalidArgumentError, which the command tells, with the name of the option */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 999999999.');
  return Number(text);
}
