import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '#shared/kernel/fault.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { AdmitClient, type Outcome, type Problem, type Refused, RequestRejected, type Unknown } from '../../../libs/client/src/index.js';
import { say } from './operator.js';
import { harmless } from './table.js';

/** The same time for which operators' commands wait for a server that is not up yet. */
const WAIT_SECONDS = 20;
const MS_PER_SECOND = 1_000;

export interface SellerOptions {
  readonly json?: boolean;
  /** Timeout of an answer in seconds. */
  readonly wait?: number;
}

interface Request<T> {
  readonly ask: (client: AdmitClient) => Promise<Outcome<T>>;
  readonly shown: (value: T) => string;
  /** Idempotency key of a change: printed before the request is sent, so that it can be repeated when its answer is lost. */
  readonly key?: string;
  /** For a change without a key that got no answer: it may have been made; this text says how to continue. */
  readonly ifUnknown?: string;
  readonly exit?: (value: T) => number;
}

/** Options of every seller command, and an example. */
export const forSellers = (command: Command, ...examples: readonly string[]): Command =>
  command
    .showHelpAfterError('Options and an example: the same command with --help.')
    .option('--json', 'print the answer as JSON, and a refusal as JSON on standard error')
    .option('--wait <seconds>', `seconds until an answer is given up (default: ${WAIT_SECONDS}, of status 3)`, wholeIn)
    .addHelpText('after', `\nExample:\n${examples.map((example) => `  npx admit ${example}\n`).join('')}`);

export function wholeIn(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

export const listIn = (text: string): readonly string[] => text.split(',').map((part) => part.trim());

/** @throws Fault `configuration` */
export function sellerClient({ wait = WAIT_SECONDS }: SellerOptions): AdmitClient {
  const { HTTP_URL: url, ADMIT_API_KEY: apiKey, ADMIT_TENANT: tenant } = readEnvironment();
  const missing = Object.entries({ HTTP_URL: url, ADMIT_API_KEY: apiKey }).filter(([, value]) => value === '');
  if (missing.length > 0) {
    const how = 'is not set: set both, or run the command where npm start runs, which writes them to .admit/stack.env';
    throw new Fault('configuration', { problems: missing.map(([name]) => `${name} ${how}`) });
  }
  return AdmitClient.overHttp({ url, apiKey }, { tenant, retryPolicy: { totalMs: wait * MS_PER_SECOND } });
}

/** Sends one request and prints its answer. Exit codes: 0 done, 1 refused, 2 wrong or unreachable, 5 a change without an answer. */
export async function send<T>(options: SellerOptions, { ask, shown, key, ifUnknown, exit }: Request<T>): Promise<void> {
  process.exitCode = EXIT.failed; // unless the work below succeeds
  const client = sellerClient(options);
  if (key !== undefined) process.stderr.write(`key ${harmless(key)}\n`);
  const result = await settled(ask(client));
  if ('replayed' in result && result.replayed) process.stderr.write('this is the answer of an earlier request with this key\n');
  if (result.outcome !== 'done') {
    process.exitCode = explain(result, options, key === undefined ? ifUnknown : repeatedWith(key));
    return;
  }
  say(options.json === true ? JSON.stringify(result.value) : shown(result.value));
  process.exitCode = exit?.(result.value) ?? EXIT.ok;
}

const repeatedWith = (key: string): string => `It may have been done. Repeat the command with --key ${key}, which does it once only.`;

type Rejected = { readonly outcome: 'rejected'; readonly problem: Problem };

/** A malformed request is one more outcome. */
export async function settled<T>(asked: Promise<T>): Promise<T | Rejected> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof RequestRejected) return { outcome: 'rejected', problem: thrown.problem };
    throw thrown;
  }
}

const NOTHING_LISTENS = 'Nothing listens at this address: start the service with `npm start`, or set HTTP_URL.';

/** Prints why a request failed. @returns the exit code */
export function explain(result: Refused | Unknown | Rejected, options: SellerOptions, ifUnknown?: string): number {
  if (result.outcome === 'unknown') {
    const cure = result.reason.includes('ECONNREFUSED') ? NOTHING_LISTENS : undefined;
    const lines = [`no answer: ${result.reason}`, cure, ifUnknown].filter((line) => line !== undefined);
    process.stderr.write(lines.map((line) => `${harmless(line)}\n`).join(''));
    return ifUnknown === undefined ? EXIT.failed : EXIT.unknown;
  }
  complain(result.problem, options);
  return result.outcome === 'refused' ? EXIT.findings : EXIT.failed;
}

/** All pages of a list. */
export async function everyPage<Page extends { readonly next?: string }>(
  ask: (place: { readonly cursor?: string }) => Promise<Outcome<Page>>,
): Promise<Outcome<readonly Page[]>> {
  const pages: Page[] = [];
  for (let place: { readonly cursor?: string } = {}; ; ) {
    const answer = await ask(place);
    if (answer.outcome !== 'done') return answer;
    pages.push(answer.value);
    const { next: cursor } = answer.value;
    if (cursor === undefined) return { ...answer, value: pages };
    place = { cursor };
  }
}

const KNOWN_MEMBERS: ReadonlySet<string> = new Set(['type', 'title', 'status', 'code', 'detail', 'errors']);

/** The code, the errors by request member with the allowed values, and the facts of the refusal. */
function complain(problem: Problem, { json }: SellerOptions): void {
  const { status, code, title, detail, errors = [] } = problem;
  const facts = Object.entries(problem).filter(([name]) => !KNOWN_MEMBERS.has(name));
  const lines = [
    `${status} ${code}: ${title}`,
    ...(detail === undefined ? [] : [`  ${detail}`]),
    ...errors.map((error) => `  ${error.pointer}  ${error.detail}`),
    ...facts.map(([name, value]) => `  ${name}  ${typeof value === 'string' ? value : JSON.stringify(value)}`),
  ];
  process.stderr.write(`${json === true ? JSON.stringify(problem) : harmless(lines.join('\n'))}\n`);
}
