import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { Fault, type FaultCode, isFault } from '#shared/kernel/fault.js';

/** Faults for errors of Postgres, by the first two letters of SQLSTATE. */
const BY_CLASS: Readonly<Record<string, FaultCode>> = {
  '08': 'database-unreachable', // connection exception
  '25': 'database-unreachable', // invalid transaction state: the server ended the transaction
  '40': 'database-unreachable', // serialization failure, deadlock: a retry may succeed
  '53': 'database-unreachable', // insufficient resources
  '55': 'database-unreachable', // a lock or an object is currently unavailable
  '57': 'database-unreachable', // shutting down, starting up, cancelled
  '58': 'database-unreachable', // system error: disk
  '22': 'projection-refused', // a value outside a column's range
  '23': 'projection-refused', // a constraint violation
  '54': 'projection-refused', // beyond the limit of an index or a row: a retry has the same size
  '28': 'configuration', // wrong user or password
  '3D': 'configuration', // no such database
  '3F': 'ledger-differs', // no such schema: not migrated
  '42': 'ledger-differs', // no such table or column, or no permission
};

/** Converts any error of a Postgres call to a fault. An error without SQLSTATE is a connection error. */
export function databaseFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const error = (thrown instanceof QueryFailedError ? thrown.driverError : thrown) as Thrown;
  const state = sqlState(error);
  const code = state === undefined ? undefined : (BY_CLASS[state.slice(0, 2)] ?? 'database-unreachable');
  if (code !== undefined) return new Fault(code, { sqlstate: state, says: messageOf(error) }, { cause: thrown });
  if (thrown instanceof QueryRunnerAlreadyReleasedError || isTransport(error)) {
    return new Fault('database-unreachable', { says: messageOf(error) }, { cause: thrown });
  }
  throw thrown; // a bug in this code, not in Postgres
}

/** The shape of a foreign error. It may come from another realm, where `instanceof Error` is false. */
type Thrown = { readonly code?: unknown; readonly message?: unknown } | null | undefined;

const SQL_STATE = /^[0-9A-Z]{5}$/;
const isSystemCode = (code: unknown): boolean => typeof code === 'string' && /^E[A-Z]+$/.test(code); // EPIPE has five letters too

const sqlState = (error: Thrown): string | undefined => {
  const code = error?.code;
  return typeof code === 'string' && SQL_STATE.test(code) && !isSystemCode(code) ? code : undefined;
};

const isTransport = (error: Thrown): boolean =>
  isSystemCode(error?.code) || /connect|terminated|timeout|not queryable/i.test(messageOf(error));

const messageOf = (error: Thrown): string => String(error?.message || error?.code || error);
