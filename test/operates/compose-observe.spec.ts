import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('deploy/compose.observe.yml', () => {
  interface Service {
    readonly profiles?: readonly string[];
    readonly image: string;
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
    readonly [limit: string]: unknown;
  }
  const observe = parse(text('deploy/compose.observe.yml'), { merge: true }) as { readonly services: Readonly<Record<string, Service>> };

  it('is included, and starts only with its profile', () => {
    expect(text('docker-compose.yml')).toContain('include: [deploy/compose.observe.yml]\n');
    expect(Object.entries(observe.services).map(([name, { profiles }]) => [name, profiles])).toEqual(
      ['prometheus', 'grafana', 'jaeger'].map((name) => [name, ['observe']]),
    );
  });

  it('publishes on the loopback address, pins images, limits every service and gives it no rights', () => {
    for (const [name, service] of Object.entries(observe.services)) {
      expect([name, (service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))]).toEqual([name, []]);
      expect([name, service.image]).toEqual([name, expect.stringMatching(/:v?\d+\.\d+\.\d+$/)]);
      expect([name, service.read_only, service.cap_drop]).toEqual([name, true, ['ALL']]);
      expect([name, ['mem_limit', 'cpus', 'pids_limit', 'user'].filter((limit) => service[limit] === undefined)]).toEqual([name, []]);
    }
  });

  it('mounts files that are there', () => {
    const mounted = Object.values(observe.services).flatMap(({ volumes = [] }) =>
      volumes.flatMap((one) => /^\.\/([^:]+):/.exec(one)?.[1] ?? []),
    );
    expect(mounted).toHaveLength(4);
    expect(mounted.filter((path) => !existsSync(join(root, 'deploy', path)))).toEqual([]);
  });
});
