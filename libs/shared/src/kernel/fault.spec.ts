import { FAULTS, Fault, isFault } from './fault.js';

describe('a fault', () => {
  it("contains its code, the operator's sentence, and its context", () => {
    const cause = new Error('socket closed');
    const fault = new Fault('log-unreachable', { subject: 'ev.demo.sale.gala', sequence: 5n }, { cause });
    expect(fault).toMatchObject({ name: 'Fault', code: 'log-unreachable', kind: 'retryable', cause });
    expect(fault.message).toBe(`log-unreachable: ${FAULTS['log-unreachable'][1]} {"subject":"ev.demo.sale.gala","sequence":"5"}`);
  });

  it('[minting RS5] [L10] is retryable, terminal or unknown, never two of them', () => {
    const kinds = Object.keys(FAULTS).map((code) => new Fault(code as keyof typeof FAULTS).kind);
    expect(new Set(kinds)).toEqual(new Set(['retryable', 'terminal', 'unknown']));
    expect(new Fault('append-unknown').kind).toBe('unknown');
  });

  it('is recognised by its code', () => {
    expect([
      isFault(new Fault('log-broken')),
      isFault(new Fault('log-broken'), 'log-broken'),
      isFault(new Fault('log-broken'), 'log-shrunk'),
      isFault(new Error('x')),
    ]).toEqual([true, true, false, false]);
  });

  it('has a sentence for every code', () => {
    for (const [, sentence] of Object.values(FAULTS)) expect(sentence).toMatch(/^[A-Z].* .*\.$/);
  });
});
