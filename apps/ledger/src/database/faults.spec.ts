import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { databaseFault } from './faults.js';

const failed = (properties: object): Error => Object.assign(new Error('of the driver'), properties);

describe('an error of Postgres', () => {
  it.each<[string, unknown, string]>([
    ['a refused connection', failed({ code: 'ECONNREFUSED', errno: -111 }), 'database-unreachable'],
    ['several refused connections', Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'database-unreachable'],
    ['a broken pipe', failed({ code: 'EPIPE' }), 'database-unreachable'],
    ['a connection that ended', new Error('Connection terminated unexpectedly'), 'database-unreachable'],
    ['no answer in time', new Error('Query read timeout'), 'database-unreachable'],
    ['a connection that was let go', new QueryRunnerAlreadyReleasedError(), 'database-unreachable'],
    ['a server that is shutting down', failed({ code: '57P01' }), 'database-unreachable'],
    ['a deadlock', failed({ code: '40P01' }), 'database-unreachable'],
    ['a full disk', failed({ code: '53100' }), 'database-unreachable'],
    ['a row that is there already', failed({ code: '23505' }), 'projection-refused'],
    ['a row that is too large for its index', failed({ code: '54000' }), 'projection-refused'],
    ['a number out of range', failed({ code: '22003' }), 'projection-refused'],
    ['a wrong password', failed({ code: '28P01' }), 'configuration'],
    ['a missing table', failed({ code: '42P01' }), 'ledger-differs'],
  ])('is translated: %s', (_, thrown, code) => {
    expect(databaseFault(thrown)).toMatchObject({ code, cause: thrown });
  });

  it("is found inside TypeORM's error", () => {
    expect(databaseFault(new QueryFailedError('select 1', [], failed({ code: '23505' })))).toMatchObject({ code: 'projection-refused' });
  });

  it('leaves faults unchanged, and does not hide bugs', () => {
    const fault = new Fault('log-broken');
    expect(databaseFault(fault)).toBe(fault);
    expect(() => databaseFault(new TypeError('x is undefined'))).toThrow(TypeError);
  });
});
