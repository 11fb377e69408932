// Replaces the `nats` command if it is not installed: the same variables, flags, exit codes and, abridged, output. Plain JavaScript: a
// shell runs it, as `nats`.
import { parseArgs } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, headers } from '@nats-io/transport-node';

const TIMEOUT_MS = 5_000;
const MICRO_WAIT_MS = 500;

const OPTIONS = {
  server: { type: 'string', short: 's', default: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  user: { type: 'string', default: process.env.NATS_USER },
  password: { type: 'string', default: process.env.NATS_PASSWORD },
  creds: { type: 'string', default: process.env.NATS_CREDS },
  'inbox-prefix': { type: 'string', default: '_INBOX' },
  header: { type: 'string', short: 'H', multiple: true, default: [] },
  raw: { type: 'boolean' },
  force: { type: 'boolean', short: 'f' },
};

const say = (text) => process.stdout.write(`${text}\n`);

async function request({ connection, options }, [subject, body = '']) {
  const answer = await connection.request(subject, body, { headers: headersOf(options.header), timeout: TIMEOUT_MS });
  if (options.raw !== true) for (const [name, values] of answer.headers ?? []) say(`${name}: ${values.join(', ')}`);
  say(answer.string());
}

async function publish({ connection, options }, [subject, body = '']) {
  connection.publish(subject, body, { headers: headersOf(options.header) });
  await connection.flush();
}

async function micro({ connection }, [verb, name]) {
  if (!['ls', 'info', 'stats', 'ping'].includes(verb)) throw new Error(`micro ${verb}: unknown`);
  const kind = verb === 'ls' ? 'PING' : verb.toUpperCase();
  const options = { strategy: 'timer', maxWait: MICRO_WAIT_MS };
  const answers = [];
  for await (const answer of await connection.requestMany(`$SRV.${kind}${name === undefined ? '' : `.${name}`}`, '', options))
    answers.push(answer.json());
  if (answers.length === 0) throw new Error('no results received');
  for (const { name: service, version, id } of answers) say(`${service} ${version} ${id}`);
}

async function stream({ connection, options }, [verb, name, ...more]) {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: TIMEOUT_MS });
  switch (`${verb}${verb === 'cluster' ? ` ${name}` : ''}`) {
    case 'ls':
    case 'report':
      for await (const { config, state } of manager.streams.list()) say(`${config.name} ${state.messages}`);
      return;
    case 'info':
      say(JSON.stringify(await manager.streams.info(name)));
      return;
    case 'purge':
      if (options.force !== true) throw new Error('it would ask; -f does not');
      await manager.streams.purge(name);
      return;
    case 'cluster step-down':
      await apiCall(connection, `$JS.API.STREAM.LEADER.STEPDOWN.${more[0]}`);
      return;
    default:
      throw new Error(`stream ${verb}: unknown`);
  }
}

async function apiCall(connection, subject) {
  const { error } = (await connection.request(subject, '', { timeout: TIMEOUT_MS })).json();
  if (error !== undefined) throw new Error(error.description);
}

function headersOf(lines) {
  const head = headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`expected KEY:VALUE for --header, not ${line}`);
    head.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return head;
}

const COMMANDS = { req: request, request, pub: publish, micro, stream, s: stream };

try {
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [name, ...words] = positionals;
  const run = COMMANDS[name];
  if (run === undefined) throw new Error(`expected command but got ${JSON.stringify(name)}`);
  const login = options.user === undefined ? {} : { user: options.user, pass: options.password ?? '' };
  const creds = options.creds === undefined ? {} : { authenticator: credsAuthenticator(Buffer.from(options.creds)) };
  const servers = options.server.split(',');
  const connection = await connect({
    servers,
    ...login,
    ...creds,
    inboxPrefix: options['inbox-prefix'],
    timeout: TIMEOUT_MS,
    reconnect: false,
  });
  try {
    await run({ connection, options }, words);
  } finally {
    await connection.close();
  }
} catch (error) {
  process.stderr.write(`nats: error: ${error.message}\n`);
  process.exitCode = 1;
}
