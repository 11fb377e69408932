import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { Fault, type FaultCode, isFault } from '#shared/kernel/fault.js';

/** By the first two letters of SQLSTATE: what an error of Postgres means for whoever asked. */
const BY_CLASS: Readonly<Record<string, FaultCode>> = {
  '08': 'database-unreachable', // connection exception
  '25': 'database-unreachable', // invalid transaction state: the transaction was ended under us
  '40': 'database-unreachable', // serialization failure, deadlock: the same again may succeed
  '53': 'database-unreachable', // insufficient resources
  '55': 'database-unreachable', // a lock or an object is not to be had now
  '57': 'database-unreachable', // shutting down, starting up, cancelled
  '58': 'database-unreachable', // system error: disk
  '22': 'projection-refused', // a value that no column takes
  '23': 'projection-refused', // a constraint says no
  '54': 'projection-refused', // more than an index or a row takes: the same again is as large
  '28': 'configuration', // wrong user or password
  '3D': 'configuration', // no such database
  '3F': 'ledger-differs', // no such schema: not migrated
  '42': 'ledger-differs', // no such table or column, or no right to it
};

/** Anything thrown while speaking with Postgres, as a fault. What has no SQLSTATE broke on the way there or back. */
export function databaseFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const error = (thrown instanceof QueryFailedError ? thrown.driverError : thrown) as Thrown;
  const state = sqlState(error);
  const code = state === undefined ? undefined : (BY_CLASS[state.slice(0, 2)] ?? 'database-unreachable');
  if (code !== undefined) return new Fault(code, { sqlstate: state, says: messageOf(error) }, { cause: thrown });
  if (thrown instanceof QueryRunnerAlreadyReleasedError || isTransport(error)) {
    return new Fault('database-unreachable', { says: messageOf(error) }, { cause: thrown });
  }
  throw thrown; // a bug of ours, not of Postgres
}

/** What is known of a foreign error: its shape. It may come from another realm, so `instanceof Error` says nothing. */
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
