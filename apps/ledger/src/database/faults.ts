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
  '28': 'configuration', // wrong user or password
  '3D': 'configuration', // no such database
  '3F': 'ledger-differs', // no such schema: not migrated
  '42': 'ledger-differs', // no such table or column, or no right to it
};

/** Anything thrown while speaking with Postgres, as a fault. What has no SQLSTATE broke on the way there or back. */
export function databaseFault(thrown: unknown): Fault {
  if (isFault(thrown)) return thrown;
  const error = thrown instanceof QueryFailedError ? thrown.driverError : thrown;
  const state = sqlState(error);
  if (state !== undefined)
    return new Fault(BY_CLASS[state.slice(0, 2)] ?? 'database-unreachable', { sqlstate: state, says: messageOf(error) }, { cause: thrown });
  if (isTransport(error)) return new Fault('database-unreachable', { says: messageOf(error) }, { cause: thrown });
  throw thrown; // a bug of ours, not of Postgres
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && SQL_STATE.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined;
}

const isTransport = (error: unknown): boolean =>
  error instanceof QueryRunnerAlreadyReleasedError ||
  (error instanceof Error &&
    ('errno' in error || error instanceof AggregateError || /connection|timeout|not queryable/i.test(error.message)));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
