import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Rule, type Source, slipsInText } from './source.js';

// Spelled in halves, so that neither this file nor a plain search of the tree finds the words.
const LATER = ['TO', 'DO|FIX', 'ME|XX', 'X'].join('');
const HOME = ['/ho', 'me/|/Us', 'ers/|/ro', 'ot/|/wo', 'rk/|/works', 'pace/|/bui', 'lds/|[A-Z]:\\\\Us', 'ers\\\\'].join('');
const REGISTRIES = String.raw`registry\.[a-z0-9-]+\.[a-z]{2,}|[a-z0-9-]*mirrors?\.[a-z0-9-]+\.[a-z]{2,}|npmmirror\.|artifact[o]ry[./]|(?:deb|security|snapshot)\.debian\.|archive\.ubuntu\.|proxy\.golang\.|pythonhosted\.`;

const nothingLeftForLater: Rule = {
  title: 'leaves nothing for later in a comment',
  slips: (source) =>
    slipsInText(source, new RegExp(`\\b(?:${LATER})\\b`), (found) => `says ${found}: do it, or open an issue and leave the code whole`),
  offenders: LATER.split('|').map((word) => ({ path: 'apps/minter/src/main.ts', text: `const a = 1;\n// ${word} later` })),
  innocent: [{ path: 'docs/guide.md', text: 'What there is to do.' }],
};

const noMachinePaths: Rule = {
  title: 'names no folder of the machine it was written on',
  slips: (source) =>
    slipsInText(
      source,
      new RegExp(`(?<![\\w.$}/*-])(?:${HOME})(?!node\\b)[\\w.-]+`),
      (found) => `names ${found}, which is on one machine only: make it relative, or ask the system`,
    ),
  offenders: ['/ho_me/ann/x', '/ro_ot/.npm', 'C:\\Us_ers\\ann'].map((path) => ({
    path: 'dev/main.ts',
    text: `const at = '${path.replace('_', '')}';`,
  })),
  innocent: [{ path: 'Dockerfile', text: `WORKDIR ${['/ho', 'me/node/app'].join('')}\nCOPY apps/cli/home/a b` }],
};

const noRegistryHosts: Rule = {
  title: 'names no host of a package registry or mirror',
  slips: (source) =>
    slipsInText(source, new RegExp(REGISTRIES, 'i'), (found) => `names ${found}: where packages come from is the affair of each machine`),
  offenders: ['regi_stry.example.org/x', 'mir_ror.example.org', 'my-mir_rors.example.net/debian', 'deb.deb_ian.org'].map((host) => ({
    path: 'dev/nats.ts',
    text: `const from = 'https://${host.replace('_', '')}';`,
  })),
  innocent: [{ path: 'docs/guide.md', text: 'A registry of names, a mirror of the log.' }],
};

const lockWithoutHosts: Rule = {
  title: 'keeps hosts out of the lock file',
  slips: (source) =>
    source.path.endsWith('package-lock.json')
      ? slipsInText(
          source,
          /"resolved":\s*"(?:git\+)?\w+:\/\//,
          () => 'names a host: npm fills it in from the machine it runs on (.npmrc leaves it out)',
        )
      : [],
  offenders: [{ path: 'package-lock.json', text: '{\n"resolved": "https://example.org/a.tgz"\n}' }],
  innocent: [{ path: 'package-lock.json', text: '{ "resolved": "vendor/bigint-buffer", "link": true }' }],
};

const ROOT = join(import.meta.dirname, '..', '..');
/** Not a lock file: that names the built files of other packages. */
const isRunner = ({ path }: Source): boolean =>
  /(?<!package-lock)\.(?:mjs|ts|json|ya?ml)$|(?:^|\/)(?:Dockerfile|run)$/.test(path) && !path.startsWith('test/tidy/');

/** `dist/a/b.js`, or the same as arguments of `join`. */
const builtFiles = (line: string): string[] => [
  ...[...line.matchAll(/(?<!\w\/)dist\/([\w./-]+)\.js\b/g)].map(([, name = '']) => name),
  ...[...line.matchAll(/'dist'((?:, '[\w./-]+')*), '([\w-]+)\.js'/g)].map(([, folders = '', name]) =>
    [...[...folders.matchAll(/'([^']+)'/g)].map(([, folder]) => folder), name].join('/'),
  ),
];

/** Programs and tests name a built file by its path in dist, which no compiler checks. */
const builtFromSource: Rule = {
  title: 'runs no built file that has no source',
  slips: (source) =>
    source.text.split('\n').flatMap((line, index) => {
      const lost = isRunner(source) ? builtFiles(line).filter((name) => !existsSync(join(ROOT, `${name}.ts`))) : [];
      return lost.map((name) => ({ path: source.path, line: index + 1, why: `names dist/${name}.js, which has no source` }));
    }),
  offenders: [
    { path: 'deploy/setup.mjs', text: "import { a } from '../dist/libs/shared/src/gone.js';" },
    { path: 'test/a.spec.ts', text: "spawn(node, [join(projectFolder(), 'dist', 'dev', 'gone.js')]);" },
  ],
  innocent: [
    { path: 'bench/peers/package-lock.json', text: '"bin": { "other": "dist/gone.js" }' },
    { path: 'docker-compose.yml', text: 'command: [node, dist/apps/cli/src/main.js]' },
    {
      path: 'test/a.spec.ts',
      text: "spawn(node, [join(projectFolder(), 'dist', 'dev', 'start.js'), join('dist', 'apps', app, 'main.js')]);",
    },
  ],
};

export const traceRules: readonly Rule[] = [nothingLeftForLater, noMachinePaths, noRegistryHosts, lockWithoutHosts, builtFromSource];
