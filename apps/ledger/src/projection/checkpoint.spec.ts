import { assertFits, type Checkpoint, type LogState } from './checkpoint.js';

const log = (over: Partial<LogState> = {}): LogState => ({ epoch: 'e1', first: 1, last: 10, ...over });
const ledger = (over: Partial<Checkpoint> = {}): Checkpoint => ({ sequence: 10, epoch: 'e1', ...over });

describe('a ledger matches its log', () => {
  it('when it is not ahead of the log, and has the same epoch', () => {
    expect(assertFits(ledger(), log())).toEqual(ledger());
    expect(assertFits(ledger({ sequence: 3 }), log())).toEqual(ledger({ sequence: 3 }));
  });

  it('when it is empty: it adopts the epoch', () => {
    expect(assertFits({ sequence: 0, epoch: null }, log({ first: 0, last: 0 }))).toEqual({ sequence: 0, epoch: 'e1' });
  });

  it.each<[string, Checkpoint, LogState, object]>([
    ['the log lost its end', ledger(), log({ last: 7 }), { code: 'log-shrunk', context: { missing: { from: 8, to: 10 } } }],
    ['the log lost everything', ledger(), log({ first: 0, last: 0 }), { code: 'log-shrunk', context: { missing: { from: 1, to: 10 } } }],
    ['the log lost its head', ledger(), log({ first: 4 }), { code: 'log-broken', context: { missing: { from: 1, to: 3 } } }],
    ['the log is another one', ledger(), log({ epoch: 'e2' }), { code: 'ledger-differs', context: { ledger: 'e1', log: 'e2' } }],
    ['the log carries no epoch', ledger(), log({ epoch: undefined }), { code: 'stream-differs' }],
  ])('but not when %s', (_, checkpoint, state, fault) => {
    let thrown: unknown;
    try {
      assertFits(checkpoint, state);
    } catch (refusal) {
      thrown = refusal;
    }
    expect(thrown).toMatchObject(fault);
  });
});
