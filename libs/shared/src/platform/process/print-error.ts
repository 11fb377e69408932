import { isFault } from '../../kernel/fault.js';

/** Why a command could not do what it was asked for, said on standard error: standard output is for its result alone. */
export function printError(thrown: unknown): void {
  process.stderr.write(`${isFault(thrown) ? sentenceOf(thrown) : String(thrown instanceof Error ? thrown.stack : thrown)}\n`);
}

/** What broke, and what lies under it where that is not said yet. A bug is told with its place instead. */
function sentenceOf(fault: Error): string {
  let inner: unknown = fault;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  const [cause = ''] = String(inner instanceof Error ? inner.message : inner).split('\n', 1);
  return fault.message.includes(cause) ? fault.message : `${fault.message}: ${cause}`;
}
