// Prints the production packages of the lock file as a CycloneDX bill of materials. `npm sbom` refuses a tree with overrides.
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const { name, version, license } = read('package.json');
const { packages } = read('package-lock.json');

/** Every installed production package: its path in node_modules, and its entry in the lock file. */
const installed = Object.entries(packages).filter(
  ([path, { dev, devOptional, link }]) => path.startsWith('node_modules/') && !dev && !devOptional && !link,
);

const components = installed.map(([path, { version: its, license: expression, integrity }]) => {
  const called = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return {
    type: 'library',
    name: called,
    version: its,
    purl: `pkg:npm/${called.replace('@', '%40')}@${its}`,
    ...(expression && { licenses: [{ expression }] }),
    ...(integrity?.startsWith('sha512-') && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }],
    }),
  };
});
const component = { type: 'application', name, version, licenses: [{ expression: license }] };
process.stdout.write(
  `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component }, components }, null, 2)}\n`,
);
