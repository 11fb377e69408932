import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assertLasts } from '../../apps/cli/src/log/lasting-folder.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';

const { path: folder, remove } = temporaryFolder('lasting folder');
afterAll(() => remove());
mkdirSync(join(folder, 'volume'));

const ROOT = '600 500 0:50 / / ro,relatime master:1 - overlay overlay rw,lowerdir=/a';
const mountAt = (point: string, type: string): string =>
  `601 600 8:1 /x ${point.replaceAll(' ', '\\040')} rw,relatime - ${type} /dev/sda1 rw`;
const inContainer = (...mounts: readonly string[]) => ({ inContainer: true, mounts: [ROOT, ...mounts, ''].join('\n') });

describe('a backup in a container', () => {
  it('may be in a mounted volume, also in a new folder of it', () => {
    const mounted = inContainer(mountAt(join(folder, 'volume'), 'ext4'));
    expect(() => assertLasts(join(folder, 'volume'), mounted)).not.toThrow();
    expect(() => assertLasts(join(folder, 'volume', '2027', '01'), mounted)).not.toThrow();
  });

  it.each([
    ['into a folder of the container', inContainer(), 'no volume is mounted there'],
    ['beside a volume whose name it begins with', inContainer(mountAt(join(folder, 'vol'), 'ext4')), 'no volume is mounted there'],
    ['into what is kept in memory', inContainer(mountAt(folder, 'tmpfs')), 'is in memory'],
    ['into memory that hides a volume', inContainer(mountAt(folder, 'ext4'), mountAt(folder, 'tmpfs')), 'is in memory'],
  ])('is refused %s, with the action to take', (_, where, why) => {
    expect(() => assertLasts(join(folder, 'volume', 'new'), where)).toThrow(new RegExp(`${why}. Mount a volume`));
  });

  it('may go anywhere outside of containers', () => {
    expect(() => assertLasts(join(folder, 'new'), { ...inContainer(), inContainer: false })).not.toThrow();
  });
});
