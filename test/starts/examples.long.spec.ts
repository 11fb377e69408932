import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../dev/processes/project.js';
import { inherited } from '../../dev/stack/wiring.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const run = promisify(execFile);
const root = projectFolder();
const INSTALL_MS = 300_000; // npm fetches the NATS client, on a machine that does much else
const EXAMPLE_MS = 60_000;
/** Syntax that Node 22.18 removes: readers run the examples unchanged. */
const STRICT = { strict: true, module: 'nodenext', target: 'es2023', skipLibCheck: true, types: ['node'], erasableSyntaxOnly: true };

const shop = Shop.forTests('examples');
let ledger: RunningLedger;
/** A project of someone else: empty but for the packed client. */
let project: string;

async function command(cwd: string, file: string, args: readonly string[], more: NodeJS.ProcessEnv = {}, timeout = EXAMPLE_MS) {
  try {
    return (await run(file, args, { cwd, timeout, env: { ...inherited(process.env), ...more } })).stdout;
  } catch (thrown) {
    const { stdout, stderr } = thrown as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${file} ${args.join(' ')} failed: ${stdout}${stderr}`, { cause: thrown });
  }
}

const node = (cwd: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> =>
  command(cwd, process.execPath, args, more);

/** The content of `.admit/stack.env` for the servers of this test. */
function settings(sale: string): NodeJS.ProcessEnv {
  const { user, pass } = shop.log.server.credentials('demo');
  return {
    NATS_URL: shop.log.server.url,
    NATS_USER: user,
    NATS_PASSWORD: pass,
    HTTP_URL: shop.demoWeb.url,
    LEDGER_URL: ledger.demo.url,
    ADMIT_API_KEY: apiKeyOf('demo'),
    ADMIT_TENANT: 'demo',
    SALE: sale,
  };
}

/** Compiles an example for the Node of this run, with its types checked against the packages that are installed beside it. */
async function compiled(folder: string, example: string): Promise<string> {
  const name = example.slice(example.lastIndexOf('/') + 1);
  copyFileSync(join(root, 'examples', example), join(folder, name));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, include: [name] }));
  await node(folder, [join(root, 'node_modules/@typescript/native/bin/tsc'), '-p', folder]);
  return join(folder, name.replace(/\.ts$/, '.js'));
}

const sold = async (sale: string): Promise<number> =>
  ((await shop.demo.ask('sale.get', { sale })).body.units as { readonly sold: number }).sold;

beforeAll(async () => {
  ledger = await shop.standOn(new RunningLedger(shop));
  project = shop.folder('project');
  const tarball = (await node(root, [join(root, 'scripts/pack-client.mjs'), shop.folder('packed')])).trim();
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'box-office', private: true, type: 'module' }));
  const types = `@types/node@${(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> }).devDependencies['@types/node']}`;
  await command(project, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, types], {}, INSTALL_MS);
}, INSTALL_MS);

describe('the packed client', () => {
  it('holds its code, its types, its page and its licence, and nothing else', () => {
    const installed = join(project, 'node_modules/@admit-one/client');
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'esm', 'package.json']);
    const files = readdirSync(join(installed, 'esm'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'));
    expect(files).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'transports/nats.js']));
    expect(files.filter((name) => !/^[a-z/-]+\.(?:js|d\.ts)$/.test(name))).toEqual([]);
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(readFileSync(join(installed, 'README.md'), 'utf8')).not.toContain('](../');
  });

  it('in an empty project sells over NATS and over HTTP, and reads the ledger', async () => {
    const said = await node(project, [await compiled(project, 'typescript/buy.ts')], settings('kit'));
    expect(said.split('\n').slice(0, 6)).toEqual([
      expect.stringMatching(/^over NATS: ord_\S+ confirmed A-1$/),
      expect.stringMatching(/^over HTTP: ord_\S+ confirmed A-2 A-3$/),
      expect.stringMatching(/^the same intent again: ord_\S+ confirmed A-2 A-3 replayed true$/),
      'a taken seat: unit-taken',
      'sold 3 of 10',
      expect.stringMatching(/^event: admit\.SaleOpened\.v\d+, resume after \S{48}$/),
    ]);
    expect(await sold('kit')).toBe(3);
  });
});

describe('the examples without the client', () => {
  it('sell with curl', async () => {
    const said = (await command(root, 'bash', ['examples/curl/buy.sh'], settings('curl'))).split('\n');
    expect(said.filter((line) => /^\d{3} /.test(line))).toEqual(['201 ', '201 ', '201 true', '409 ']);
    expect(await sold('curl')).toBe(2);
  });

  it('sell with Python', async () => {
    const said = await command(root, 'python3', ['examples/python/buy.py'], settings('python'));
    const [, first = ''] = /^201 (ord_\S+) new$/m.exec(said) ?? [];
    expect(said.trim().split('\n')).toEqual(['201 python', `201 ${first} new`, `201 ${first} replayed`, '409 unit-taken', 'sold 2 of 10']);
    expect(await sold('python')).toBe(2);
  });

  it("sell with Nest's ClientProxy", async () => {
    const folder = shop.folder('nest');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const said = await node(folder, [await compiled(folder, 'nest/box-office.ts')], settings('nest'));
    expect(said).toMatch(/^(ord_\S+) confirmed, again \1\n409 sold-out\n$/);
    expect(await sold('nest')).toBe(2);
  });

  it('are all of those that the page lists', () => {
    const listed = [...readFileSync(join(root, 'examples/README.md'), 'utf8').matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(
      ([, path = '']) => path,
    );
    expect(listed).toEqual(['typescript/buy.ts', 'curl/buy.sh', 'nest/box-office.ts', 'python/buy.py']);
    expect(listed.filter((path) => !existsSync(join(root, 'examples', path)))).toEqual([]);
  });
});
