import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtLeast, OLDEST_NATS_SERVER } from '#shared/platform/topology/server-lacks.js';
import { type NamedFetch, obtainNatsServer } from '../../dev/nats/obtain.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';

const folder = temporaryFolder('obtain');
const cacheDir = join(folder.path, 'cache');
const cached = join(cacheDir, `nats-server-${process.platform}-${process.arch}`);
afterAll(() => folder.remove());

function binary(path: string, says: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

const version = (number: string): string => `nats-server: v${number}`;
const offline: NamedFetch = { name: 'a far place', fetch: () => Promise.reject(new Error('is not reachable')) };
const online: NamedFetch = {
  name: 'a near place',
  fetch: (into) => Promise.resolve(binary(join(into, 'unpacked', 'server'), version('2.99.0'))),
};
const empty = { PATH: join(folder.path, 'nothing'), HOME: folder.path };

it('names every way it tried and every way out when there is none', async () => {
  const failing = obtainNatsServer({ cacheDir, env: empty, fetches: [offline] });
  await expect(failing).rejects.toThrow(/a far place: is not reachable[\s\S]*PATH[\s\S]*NATS_SERVER[\s\S]*NATS_URL/);
});

it('fetches into the cache, whole, also when several runs begin at once', async () => {
  const runs = await Promise.all(Array.from({ length: 5 }, () => obtainNatsServer({ cacheDir, env: empty, fetches: [offline, online] })));
  expect(new Set(runs.map(({ path }) => path))).toEqual(new Set([cached]));
  expect(readdirSync(cacheDir)).toEqual([`nats-server-${process.platform}-${process.arch}`]);
});

it('uses the cached one without a download', async () => {
  expect(await obtainNatsServer({ cacheDir, env: empty, fetches: [offline] })).toEqual({
    path: cached,
    version: '2.99.0',
    from: 'the cache',
  });
});

it('prefers the one on PATH, unless it is too old', async () => {
  const path = binary(join(folder.path, 'bin', 'nats-server'), version('2.14.5'));
  const env = { PATH: `${empty.PATH}:${join(folder.path, 'bin')}` };
  expect(await obtainNatsServer({ cacheDir, env, fetches: [] })).toMatchObject({ path, from: 'PATH' });
  binary(path, version('2.9.10'));
  expect(await obtainNatsServer({ cacheDir, env, fetches: [] })).toMatchObject({ path: cached });
});

it.each([
  [version('2.14.4'), `is version 2.14.4; ${OLDEST_NATS_SERVER} or newer`],
  ['something else', 'does not tell its version'],
])('uses $NATS_SERVER, and refuses one that prints "%s" instead of continuing silently', async (says, why) => {
  const path = binary(join(folder.path, 'named'), says);
  await expect(obtainNatsServer({ cacheDir, env: { ...empty, NATS_SERVER: path }, fetches: [online] })).rejects.toThrow(why);
});

it('reports a missing $NATS_SERVER', async () => {
  await expect(obtainNatsServer({ cacheDir, env: { NATS_SERVER: join(folder.path, 'gone') } })).rejects.toThrow(
    /\$NATS_SERVER.*does not run/,
  );
});

it.each([
  ['2.14.5', true],
  ['2.15.0', true],
  ['3.0.0', true],
  ['2.14.4', false],
  ['2.9.99', false],
  ['1.99.99', false],
])('compares versions by number: %s is new enough: %s', (candidate, expected) => {
  expect(isAtLeast(candidate, OLDEST_NATS_SERVER)).toBe(expected);
});
