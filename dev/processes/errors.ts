// By shape and not by class: under jest the errors of Node's own modules are of another Error class than ours.

export function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const message = 'message' in error ? String(error.message) : '';
  if (message === '' && 'errors' in error && Array.isArray(error.errors)) return error.errors.map(messageOf).join(', ');
  return message || String(error);
}

/** ENOENT, ESRCH, … of an error from the system. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What the program said on its error output before it ended badly. */
export function stderrOf(error: unknown): string {
  return isObject(error) && 'stderr' in error ? String(error.stderr).trim() : '';
}

/** What lies beneath: fetch says "fetch failed" and hides the reason in its cause. */
export function causeOf(error: unknown): unknown {
  return isObject(error) && 'cause' in error && error.cause !== undefined ? error.cause : error;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
