import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { VERSION } from '#shared/platform/process/version.js';
import { projectFolder } from '../../dev/processes/project.js';
import { admit } from '../harness/admit.js';

const root = projectFolder();
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Package {
  readonly version: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
}

const manifest = JSON.parse(text('package.json')) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const { packages } = JSON.parse(text('package-lock.json')) as { readonly packages: Readonly<Record<string, Package>> };
const installed = Object.entries(packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && !path.includes('/vendor/') && link !== true,
);
const nameIn = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** May be used beside Apache-2.0, in programs that are given away. */
const FREE = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
  'Zlib',
  'CC-BY-4.0',
  'Python-2.0',
];
/** Packages whose manifest names no licence, with the one that the text in the package names. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  'bigint-buffer': 'Apache-2.0', // ours, in vendor
  eyes: 'MIT',
  'text-encoding-utf-8': 'Unlicense',
};
/** The one exception, which docs/releasing.md explains: it is used unchanged, as a package that can be exchanged. */
const EXCEPTION = 'rpc-websockets LGPL-3.0-only';

describe('a release', () => {
  it('has one version everywhere: the package, the command, the documents and the image', async () => {
    const said = (await admit({}, '--version')).out.trim();
    const asyncapi = JSON.parse(text('docs/asyncapi.json')) as { readonly info: { readonly version: string } };
    const label = /image\.version="([^"]+)"/.exec(text('Dockerfile'))?.[1];
    const tag = /admit-one:([\d.]+)"/.exec(text('deploy/docker-bake.hcl'))?.[1];
    const deployed = /newTag: ([\d.]+)/.exec(text('deploy/kubernetes/overlays/production/kustomization.yaml'))?.[1];
    const { version: kit } = JSON.parse(text('libs/client/package.json')) as Package;
    const all = { VERSION, said, kit, asyncapi: asyncapi.info.version, label, tag, deployed };
    expect(Object.values(all).filter((version) => version !== manifest.version)).toEqual([]);
  });

  it('depends on exact versions with checksums, and names every package that may run a script', () => {
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^(?:npm:[\w@/.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
    );
    expect(ranges).toEqual([]);
    expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
    const scripts = installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => nameIn(path));
    expect(scripts.filter((name) => manifest.allowScripts[name] === undefined)).toEqual([]);
  });

  it('ships the client kit with the NATS client that it is tested with, or a later one of the same major version', () => {
    const { dependencies } = JSON.parse(text('libs/client/package.json')) as Pick<typeof manifest, 'dependencies'>;
    expect(dependencies).toEqual({ '@nats-io/transport-node': `^${manifest.dependencies['@nats-io/transport-node']}` });
  });

  it('takes no package whose licence forbids to give the program away', () => {
    const isFree = (license: string): boolean =>
      license
        .replaceAll(/[()]/g, '')
        .split(' OR ')
        .some((choice) => choice.split(' AND ').every((one) => FREE.includes(one)));
    const others = installed.filter(([path, { license }]) => !isFree(license ?? READ_BY_HAND[nameIn(path)] ?? 'none'));
    expect(others.map(([path, { license }]) => `${nameIn(path)} ${license}`)).toEqual([EXCEPTION]);
    const [name = '', license = ''] = EXCEPTION.split(' ');
    for (const file of ['docs/releasing.md', 'NOTICE']) expect(text(file)).toMatch(new RegExp(`${name}.*${license}`));
    expect(manifest.dependencies).not.toHaveProperty(name); // no code of ours is written against it
    expect(isFree('GPL-3.0-only')).toBe(false);
    expect(isFree('none')).toBe(false);
  });

  it('is checked by a workflow that runs the same commands as any other machine, on every version of Node that it promises', () => {
    const { jobs } = parse(text('.github/workflows/ci.yml')) as {
      jobs: Readonly<
        Record<
          string,
          {
            readonly strategy?: { readonly matrix: { readonly node: readonly string[] } };
            readonly steps: readonly { readonly run?: string }[];
          }
        >
      >;
    };
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toEqual(['bash .ci/run', 'npm run test:compose']);
    expect(existsSync(join(root, '.ci/run')) && 'test:compose' in manifest.scripts).toBe(true);
    expect(jobs.test?.strategy?.matrix.node).toEqual(['20.19', '22', '24']);
    for (const form of ['bug', 'proposal'])
      expect(parse(text(`.github/ISSUE_TEMPLATE/${form}.yml`))).toMatchObject({ name: expect.any(String), body: expect.any(Array) });
  });
});
