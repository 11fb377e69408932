import { Fault, type FaultCode } from '../fault.js';
import { retried } from './retried.js';

const LONG_MS = 60_000;

/** Fails with these faults, one a call, then succeeds. */
function failing(...codes: readonly FaultCode[]) {
  const left = [...codes];
  const seen: string[] = [];
  const attempt = (withinMs: number): Promise<string> =>
    retried(
      async () => {
        const code = left.shift();
        if (code !== undefined) throw new Fault(code);
        return 'done';
      },
      { withinMs, pauseMs: 1, onRetry: ({ code }) => seen.push(code) },
    );
  return { attempt, seen };
}

it('repeats what may succeed later, and reports every attempt', async () => {
  const { attempt, seen } = failing('log-unreachable', 'database-unreachable');
  expect(await attempt(LONG_MS)).toBe('done');
  expect(seen).toEqual(['log-unreachable', 'database-unreachable']);
});

it.each(['configuration', 'append-unknown'] as const)('fails at once with %s', async (code) => {
  const { attempt, seen } = failing('log-unreachable', code);
  await expect(attempt(LONG_MS)).rejects.toMatchObject({ code });
  expect(seen).toEqual(['log-unreachable']);
});

it('fails with the last fault after the limit', async () => {
  const { attempt } = failing(...Array<FaultCode>(LONG_MS).fill('log-unreachable'));
  await expect(attempt(10)).rejects.toMatchObject({ code: 'log-unreachable' });
});
