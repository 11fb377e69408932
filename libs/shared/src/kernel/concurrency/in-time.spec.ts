import { access } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inTime } from './in-time.js';

const NEVER = new Promise<never>(() => undefined);

it('is what comes', async () => {
  expect(await inTime(Promise.resolve('here'), 60_000)).toBe('here');
});

it('is nothing where nothing comes', async () => {
  expect(await inTime(NEVER, 1)).toBeUndefined();
});

it('is what came while the process was busy for longer than that', async () => {
  await nextTurn(); // from here Node runs its timers before it reads its sockets
  const coming = access(import.meta.filename).then(() => 'here');
  const waiting = inTime(coming, 1);
  for (const until = performance.now() + 50; performance.now() < until; );
  expect(await waiting).toBe('here');
});

it('fails as what was waited for fails', async () => {
  await expect(inTime(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
});
