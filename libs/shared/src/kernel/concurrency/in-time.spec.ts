import { access } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTime } from './in-time.js';

const NEVER = new Promise<never>(() => undefined);

it('is the value', async () => {
  expect(await inTime(Promise.resolve('here'), 60_000)).toBe('here');
});

it('is undefined without a value', async () => {
  expect(await inTime(NEVER, 1)).toBeUndefined();
});

it('is a value that arrived while the process was busy for longer than that', async () => {
  await nextTurn(); // from here Node runs its timers before it reads its sockets
  const coming = access(import.meta.filename).then(() => 'here');
  const waiting = inTime(coming, 1);
  for (const until = performance.now() + 50; performance.now() < until; );
  expect(await waiting).toBe('here');
});

it('rejects if the value rejects', async () => {
  await expect(inTime(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
});
