import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { startNats } from '../../dev/nats/server.js';
import { messageOf } from '../../dev/processes/errors.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { inherited } from '../../dev/stack/wiring.js';
import { commandsOf, type DocumentedCommand, pagesForReaders } from '../harness/documents.js';
import { Stage } from '../stages/stage.js';

const READY_MS = 300_000; // the demo waits for Solana's finality, beside other tests
const END_MS = 60_000;
const COMMANDS_MS = 300_000;
const TRIES_MS = 60_000;
/** What ends a command's output: its number and its exit code follow. */
const MARK = '\u001e';
const WRONG = /urn:admit-one:problem|Nats-Service-Error|nats: error|command not found|No such file/;

/** Commands that search end with 1 for findings: here they find the two dead letters. */
const FINDS = /^npx admit dead ls$/;
const isFine = (text: string, code: string): boolean => code === '0' || (code === '1' && FINDS.test(text));

/**
 * `run`: typed unchanged. `with`: after replacing what a reader would. `docker`: only its syntax is checked. `by`: another spec runs it.
 */
type Rule = 'run' | 'docker' | { readonly with: (text: string, on: Ground) => string } | { readonly by: string };

/** A running stack's values for the numbers and names on a page. */
interface Ground {
  readonly letters: readonly number[];
  readonly ticket: string;
  readonly backups: string;
  /** The login of a server without a log, into which a backup is brought back. */
  readonly emptyServer: string;
  readonly solanaUrl: string;
  /** Replaces a folder in the home folder. */
  readonly devnet: string;
}

/** For a page that is typed unchanged. */
const NOTHING_REPLACED: Ground = { letters: [], ticket: '', backups: '', emptyServer: '', solanaUrl: '', devnet: '' };

const deadLetter = (at: number): Rule => ({ with: (text, { letters: deadLetters }) => text.replace('17', `${deadLetters[at]}`) });
const inBackups: Rule = { with: (text, { backups }) => text.replace('/backups', backups) };

const onDevnet: Rule = {
  with: (text, { solanaUrl, devnet }) => text.replace('https://api.devnet.solana.com', solanaUrl).replace('~/admit-devnet', devnet),
};

const RULES: readonly (readonly [page: string, command: RegExp, rule: Rule])[] = [
  ['README.md', /^npm start$/, { by: 'test/starts/embedded-start.long.spec.ts' }],
  ['README.md', /^npm test$/, { by: 'test/ci-run.spec.ts' }],
  ['README.md', /^(?:\. \.admit|curl -s )/, 'run'],
  ['docs/integrate.md', /^(?:\. \.admit|nats req|ask|npx admit receipt verify)/, 'run'],
  ['docs/stripe.md', /^/, 'run'],
  ['docs/halls.md', /^(nats req|\. \.admit\/stack\.env|node examples\/theatre\.mjs)/, 'run'],
  ['docs/operations.md', /^set -a; |^nats --inbox-prefix /, 'run'],
  [
    'docs/operations.md',
    / --operator |^export NATS_USER=operator |^npx admit tenant create acme/,
    { by: 'test/operates/sign-in.long.spec.ts' },
  ],
  [
    'docs/operations.md',
    /^npx admit (?:doctor$|nats config (?!--operator))|admit provision\)$|^npx admit dead ls$|^npx admit log verify$|^npx admit reconcile$/,
    'run',
  ],
  ['docs/operations.md', /^npx admit dead (?:show|redrive) 17$/, deadLetter(0)],
  ['docs/operations.md', /^npx admit dead drop 17 /, deadLetter(1)],
  ['docs/operations.md', /^npx admit mint redrive demo tkt_3f…$/, { with: (text, { ticket }) => text.replace('tkt_3f…', ticket) }],
  ['docs/operations.md', /^npx admit mint redrive demo tkt_(?:8c|b1|c9)…/, { by: 'test/mints-once/mint-redrive.long.spec.ts' }],
  ['docs/operations.md', /^npx admit log backup |^npx admit replay --from-backup /, inBackups],
  [
    'docs/operations.md',
    /admit log restore /,
    { with: (text, { backups, emptyServer }) => text.replace('/backups', backups).replace('npx', `${emptyServer} npx`) },
  ],
  ['docs/operations.md', /^npx admit tenant (?:grant|withdraw) club /, { with: (text) => text.replace('club', 'acme') }],
  ['docs/operations.md', /^npx admit ledger (?:halts|suspend |suspense)/, { by: 'test/operates/ledger-command.long.spec.ts' }],
  ['docs/devnet.md', /^(?:node|eval|curl) /, onDevnet],
  ['docs/devnet.md', /^npm ci /, { by: 'test/ci-run.spec.ts' }],
  ['docs/devnet.md', /npm start$/, { by: 'test/starts/embedded-stack.long.spec.ts' }],
  ['docs/signers.md', /dev\/signer\/main\.js$/, { by: 'test/mints-once/remote-signer.long.spec.ts' }],
  ['libs/client/README.md', /^npm /, { by: 'test/starts/examples.long.spec.ts' }],
  ['examples/README.md', /^\. \.admit/, { by: 'test/starts/examples.long.spec.ts' }],
  ['deploy/README.md', /docker compose|^mkdir -p -m 700 ~|^\. ~/, 'docker'],
  ['deploy/kubernetes/README.md', /kubectl|^docker run |^mkdir -p -m 700 ~/, { by: 'test/operates/kubernetes.spec.ts' }],
];

const documented = pagesForReaders().flatMap(commandsOf);
const rulesFor = ({ page, text }: DocumentedCommand): Rule[] =>
  RULES.flatMap(([of, command, rule]) => (of === page && command.test(text) ? [rule] : []));
const shown = ({ page, line, text }: DocumentedCommand): string => `${page}:${line}  ${text}`;

describe('every command of a page', () => {
  it('has one rule for trying it, and every rule has a command', () => {
    expect(documented.filter((command) => rulesFor(command).length !== 1).map(shown)).toEqual([]);
    const unused = RULES.filter(([page, command]) => !documented.some((one) => one.page === page && command.test(one.text)));
    expect(unused.map(([page, command]) => `${page} ${command}`)).toEqual([]);
  });

  it('is valid shell', () => {
    const unreadable = documented.filter(({ text }) => spawnSync('bash', ['-n', '-c', text]).status !== 0);
    expect(unreadable.map(shown)).toEqual([]);
  });

  it('names services that docker-compose.yml has', () => {
    const compose = readFileSync(join(projectFolder(), 'docker-compose.yml'), 'utf8');
    const named = documented.flatMap(({ text }) =>
      [...text.matchAll(/docker compose run (?:-\S+ (?:tar )?)*([a-z]+)/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !compose.includes(`\n  ${name}:`))).toEqual([]);
  });

  it('is run by the spec that its rule names', () => {
    const named = RULES.flatMap(([, , rule]) => (typeof rule === 'object' && 'by' in rule ? [rule.by] : []));
    expect(named.filter((spec) => !existsSync(join(projectFolder(), spec)))).toEqual([]);
  });

  it('writes outside of the repository, or what git ignores', () => {
    const written = documented.flatMap(({ text }) => [...text.matchAll(/(?<![<>-])>\s*([^\s)&>]+)/g)].map(([, file = '']) => file));
    const inside = written.filter((file) => !/^[~/]/.test(file));
    expect(written.length).toBeGreaterThan(2);
    expect(inside.filter((file) => spawnSync('git', ['check-ignore', '-q', file], { cwd: projectFolder() }).status !== 0)).toEqual([]);
  });
});

it.each([
  'stack.env',
  'acme.env',
  'deploy/stack.env',
  'base.json',
  'keys/delegate.json',
  'wallet.json',
  'admit-one.tar',
  'nats.conf',
  'credentials.json',
])('git ignores %s, wherever a slip puts it', (file) => {
  expect(spawnSync('git', ['check-ignore', '-q', file], { cwd: projectFolder() }).status).toBe(0);
});

/** The error of a command that timed out refers to itself, which no report of the results can hold. */
function plainly<T>(run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw new Error(messageOf(thrown));
  }
}

describe('on a separate stack, as a newcomer types it', () => {
  const stage = new Stage();
  let checkout = '';
  let stack: ChildProcess;
  let output = '';
  const environment = (): NodeJS.ProcessEnv => ({
    ...inherited(process.env),
    ADMIT_HOME: join(checkout, '.admit'),
    PATH: `${join(checkout, 'bin')}:${process.env.PATH}`,
  });

  beforeAll(async () => {
    checkout = stage.folder('checkout');
    for (const name of readdirSync(projectFolder()).filter((each) => !['.admit', '.git'].includes(each)))
      symlinkSync(join(projectFolder(), name), join(checkout, name));
    mkdirSync(join(checkout, 'bin'));
    writeFileSync(join(checkout, 'bin', 'nats'), `#!/bin/sh\nexec node '${join(projectFolder(), 'test/harness/nats-cli.mjs')}' "$@"\n`);
    chmodSync(join(checkout, 'bin', 'nats'), 0o755);
    stack = spawn(process.execPath, [join(projectFolder(), 'dist', 'dev', 'start.js')], {
      env: environment(),
      cwd: checkout,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [stack.stdout, stack.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const hopeless = (): string | undefined => (stack.exitCode === null ? undefined : output);
    await waitFor(() => /^ready$/m.test(output), { what: 'npm start is ready', timeoutMs: READY_MS, hopeless });
  }, READY_MS);

  afterAll(async () => {
    stack.kill('SIGINT');
    await waitFor(() => stack.exitCode !== null, { what: 'the stack ends', timeoutMs: END_MS });
    await stage.close();
  }, END_MS);

  const shell = (script: string): string =>
    plainly(() => execFileSync('bash', ['-c', script], { env: environment(), cwd: checkout, encoding: 'utf8', timeout: COMMANDS_MS }));

  /** Types commands into one shell, one after the other. @returns the failed ones, with their output */
  function type(commands: readonly string[]): string[] {
    const script = commands.map((text) => `${text}\nprintf '\\n${MARK}%s${MARK}' "$?"`).join('\n');
    const parts = shell(`exec 2>&1\n${script}\ntrue`).split(MARK);
    return commands.flatMap((text, at) => {
      const [printed = '', code = ''] = parts.slice(2 * at);
      return isFine(text, code) && !WRONG.test(printed) ? [] : [`${text}\n→ ${code}\n${printed.trim()}`];
    });
  }

  /** Prerequisites of the pages: two dead letters, a minted ticket, a folder, a server without a log. */
  async function ground(): Promise<Ground> {
    const provision = 'set -a; . .admit/env/provision.env; set +a';
    for (const ticket of ['first', 'second'])
      shell(`${provision}; nats --inbox-prefix _INBOX.provision pub mint.demo.${ticket}.1 unreadable`);
    let deadLetters: number[] = [];
    const buried = (): boolean => {
      const listed = JSON.parse(shell('npx admit dead ls --json || [ $? = 1 ]')) as readonly { readonly number: number }[];
      deadLetters = listed.map((each) => each.number);
      return deadLetters.length === 2;
    };
    await waitFor(async () => buried(), { what: 'two letters lie in DEAD', timeoutMs: TRIES_MS });
    const { record } = JSON.parse(readFileSync(join(checkout, '.admit', 'receipt.json'), 'utf8')) as { record: { ticket: string } };
    const server = await stage.keep(startNats({ dataDir: stage.folder('empty-server') }));
    const { user, pass } = server.credentials('provision');
    const emptyServer = `NATS_URL=${server.url} NATS_USER=${user} NATS_PASSWORD=${pass}`;
    const solanaUrl = shell('. .admit/stack.env && printf %s "$SOLANA_RPC_URL"');
    return {
      letters: deadLetters,
      ticket: record.ticket,
      backups: stage.folder('backups'),
      emptyServer,
      solanaUrl,
      devnet: stage.folder('devnet'),
    };
  }

  const typed = (page: string, on: Ground): string[] =>
    documented
      .filter((command) => command.page === page)
      .flatMap((command) => {
        const [rule] = rulesFor(command);
        if (rule === 'run') return [command.text];
        return typeof rule === 'object' && 'with' in rule ? [rule.with(command.text, on)] : [];
      });

  /** The TypeScript blocks of a page, each as a file of the checkout, as the command that runs it with the settings loaded. */
  function programsOf(page: string): string[] {
    const blocks = [...readFileSync(join(projectFolder(), page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
    expect(blocks.length).toBeGreaterThan(0);
    return blocks.map(([, source = ''], at) => {
      const file = `example-${at}.mjs`;
      const { outputText } = ts.transpileModule(source, {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
      });
      writeFileSync(join(checkout, file), outputText);
      return `. .admit/stack.env && node ${file} | grep '^ord_'`;
    });
  }

  it('what npm start prints can be pasted', () => {
    const [, pasted = ''] = /To try it, paste this[^\n]*\n\n([\s\S]*?)\n\n/.exec(output) ?? [];
    expect(pasted.split('\n')).toHaveLength(3);
    expect(type(pasted.split('\n'))).toEqual([]);
    expect(type(pasted.split('\n'))).toEqual([]); // again, which changes nothing
  });

  it(
    'README.md, docs/integrate.md, docs/stripe.md, docs/devnet.md and docs/operations.md work',
    async () => {
      const on = await ground();
      expect(typed('README.md', on).length).toBeGreaterThan(2);
      expect(type(typed('README.md', on))).toEqual([]);
      expect(type(programsOf('README.md'))).toEqual([]);
      expect(typed('docs/integrate.md', on).length).toBeGreaterThan(6);
      expect(type(typed('docs/integrate.md', on))).toEqual([]);
      expect(typed('docs/stripe.md', on).length).toBeGreaterThan(10);
      expect(type(typed('docs/stripe.md', on))).toEqual([]);
      expect(typed('docs/devnet.md', on)).toHaveLength(4);
      expect(type(typed('docs/devnet.md', on))).toEqual([]);
      expect(typed('docs/operations.md', on).length).toBeGreaterThan(10);
      expect(type(typed('docs/operations.md', on))).toEqual([]);
    },
    2 * COMMANDS_MS,
  );

  it(
    'docs/halls.md works, and everything adds up in its theatre', // behind the operator's commands, which read all that was sold
    () => {
      const hall = typed('docs/halls.md', NOTHING_REPLACED);
      expect(hall).toHaveLength(4);
      expect(type(hall)).toEqual([]);
    },
    2 * COMMANDS_MS,
  );
});
