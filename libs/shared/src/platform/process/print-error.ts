import { isFault } from '../../kernel/fault.js';

/** Prints on standard error why a command failed: standard output holds only the result. */
export function printError(thrown: unknown): void {
  process.stderr.write(`${isFault(thrown) ? sentenceOf(thrown) : String(thrown instanceof Error ? thrown.stack : thrown)}\n`);
}

/** The error's sentence, with its cause if that adds anything. A bug gets its stack instead. */
function sentenceOf(fault: Error): string {
  let inner: unknown = fault;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  const [cause = ''] = String(inner instanceof Error ? inner.message : inner).split('\n', 1);
  return fault.message.includes(cause) ? fault.message : `${fault.message}: ${cause}`;
}
