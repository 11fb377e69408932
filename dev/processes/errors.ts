// By shape, not by class: under Jest the errors of Node's own modules have another Error class.

export function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const message = 'message' in error ? String(error.message) : '';
  if (message === '' && 'errors' in error && Array.isArray(error.errors)) return error.errors.map(messageOf).join(', ');
  return message || String(error);
}

/** The code of a system error: ENOENT, ESRCH, …. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error output of a program that failed. */
export function stderrOf(error: unknown): string {
  return isObject(error) && 'stderr' in error ? String(error.stderr).trim() : '';
}

/** The innermost cause: fetch says "fetch failed" and keeps the reason in `cause`. */
export function causeOf(error: unknown): unknown {
  return isObject(error) && 'cause' in error && error.cause !== undefined ? error.cause : error;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
