import { type Answer, type ProblemKind, problemOf } from '#shared/platform/http/answer.js';

/** Problems of the console's own routes. What purchase and ledger answer is passed on unchanged. */
const PROBLEMS = {
  'operator-unauthorized': [401, 'The header Authorization must be Bearer and the operator token of this console.'],
  'no-operator': [403, 'This console has no operator token: set CONSOLE_OPERATOR_TOKEN.'],
  'entry-unknown': [404, 'There is no dead letter of this number.'],
  'tenant-unknown': [404, 'There is no tenant of this name.'],
  'order-unknown': [404, 'The ledger has no order of this id for this tenant.'],
  'tenant-exists': [409, 'There is a tenant of this name already.'],
  'replay-running': [409, 'A replay is running. Wait for it to end.'],
  'request-invalid': [422, 'The request is not one that this address takes.'],
  'not-possible': [422, 'The operator action is not possible.'],
  'upstream-unreachable': [503, 'The app behind this address did not respond.'],
} as const satisfies Record<string, ProblemKind>;

export const problemAnswer = (code: keyof typeof PROBLEMS, detail?: string): Answer =>
  problemOf(PROBLEMS, code, detail === undefined ? {} : { detail });

export const found = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });
