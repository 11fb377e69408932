import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { isFault } from '../../kernel/fault.js';
import { connectOnce } from '../messaging/nats.js';
import type { NatsAccess } from '../messaging/nats-login.js';
import { APP_USERS, MAX_PAYLOAD_BYTES } from './accounts.js';
import { CONSUMERS } from './consumers.js';
import { inspectTopology, streamInfo } from './inspect.js';
import { REPLAY_INFO_SUBJECT, REPLAY_USER } from './replay-account.js';
import { STREAMS } from './streams.js';

/** This version has fixes that the product depends on: cancelled schedules, consumer reset, pinned consumers after a restart. */
export const OLDEST_NATS_SERVER = '2.14.5';
const ANSWER_MS = 2_000; // one request to a connected server
const NO_STREAM = 'admit-doctor-asks'; // never created: only whether a user may ask for its deletion is of interest

/** A requirement that is not met. `cure` completes the sentence "To cure it: …". */
export interface Lack {
  readonly what: string;
  readonly cure: string;
}

const CONFIGURE = 'use the configuration that `npx admit nats config` prints, and reload or restart the server';
const lack = (what: string, cure = CONFIGURE): Lack => ({ what, cure });

/** Logs in as each user. @throws Fault when no server responds, or its certificate is not trusted */
export async function lacksOfLogins(accesses: readonly NatsAccess[]): Promise<Lack[]> {
  const refused: NatsAccess[] = [];
  for (const access of accesses) {
    try {
      await (await connectOnce(access, 'admit doctor')).close();
    } catch (thrown) {
      if (!isFault(thrown, 'configuration') || !isRefusal(thrown)) throw thrown;
      refused.push(access);
    }
  }
  if (refused.length === 0) return [];
  return [
    lack(
      `it refuses the logins of ${refused.map(({ user }) => user).join(', ')}`,
      refused.some(({ nkey, creds, cert }) => nkey !== undefined || creds !== undefined || cert !== undefined)
        ? 'use the key, credentials or certificate that the server’s configuration has for each, or reload it with that of `npx admit nats config`'
        : 'set the passwords of the server’s configuration, or reload it with that of `npx admit nats config`',
    ),
  ];
}

const isRefusal = (fault: Error): boolean => / is refused /.test(fault.message);

/** Version, JetStream and sizes. `user`, whose connection it is, belongs to account APP. */
export async function lacksOfServer(connection: NatsConnection, user: string): Promise<Lack[]> {
  const { version = '0', max_payload: maxPayload = 0 } = connection.info ?? {};
  const account = await accountInfo(connection);
  const few = (name: string, has: number | undefined, needed: number): Lack[] =>
    has === undefined || has < 0 || has >= needed
      ? []
      : [lack(`its account may have ${has} ${name}, and ${needed} are needed`, `raise the account’s limit of ${name}`)];
  return [
    ...(isAtLeast(version, OLDEST_NATS_SERVER)
      ? []
      : [lack(`it is nats-server ${version}, and ${OLDEST_NATS_SERVER} or newer is needed`, 'install a newer nats-server')]),
    ...(account === undefined
      ? [
          lack(
            `JetStream is off in the account of the user ${user}`,
            'put `jetstream { store_dir: …, sync_interval: always }` into the server’s configuration, and `jetstream: enabled` into the account APP',
          ),
        ]
      : [
          ...few('streams', account.limits?.max_streams, STREAMS.length),
          ...few('consumers', account.limits?.max_consumers, CONSUMERS.length),
        ]),
    ...(maxPayload >= MAX_PAYLOAD_BYTES
      ? []
      : [lack(`its max_payload is ${maxPayload} bytes, and ${MAX_PAYLOAD_BYTES} are needed`, `set \`max_payload: ${MAX_PAYLOAD_BYTES}\``)]),
  ];
}

interface AccountInfo {
  readonly limits?: { readonly max_streams?: number; readonly max_consumers?: number };
}

/** @returns undefined when JetStream does not respond */
const accountInfo = (connection: NatsConnection): Promise<AccountInfo | undefined> =>
  connection.request('$JS.API.INFO', '', { timeout: ANSWER_MS }).then(
    (answer) => {
      const info = answer.json<AccountInfo & { readonly error?: unknown }>();
      return info.error === undefined ? info : undefined;
    },
    () => undefined,
  );

/** Whether tenants and the replay have accounts of their own, and the users of apps no more rights than they need. */
export async function lacksOfAccounts(accesses: readonly NatsAccess[]): Promise<Lack[]> {
  const users = accesses.map(({ user }) => user);
  const mayAsk = async (of: readonly string[], subject: string): Promise<string[]> => {
    const asked = await Promise.all(
      accesses.filter(({ user }) => of.includes(user)).map(async (access) => ((await mayRequest(access, subject)) ? [access.user] : [])),
    );
    return asked.flat();
  };
  const apps: readonly string[] = APP_USERS.filter((user) => user !== 'provision');
  const tenants = users.filter((user) => user !== 'provision' && user !== REPLAY_USER && !apps.includes(user));
  const together = await mayAsk(tenants, '$JS.API.INFO');
  const mighty = await mayAsk(apps, `$JS.API.STREAM.DELETE.${NO_STREAM}`);
  const canReplay = !users.includes(REPLAY_USER) || (await mayAsk([REPLAY_USER], REPLAY_INFO_SUBJECT)).length > 0;
  return [
    ...(together.length === 0
      ? []
      : [lack(`its tenants have no accounts of their own (${together.join(', ')}): each of them could read and write the whole log`)]),
    ...(mighty.length === 0
      ? []
      : [lack(`the users of the apps may delete streams (${mighty.join(', ')}): they have no permissions of their own`)]),
    ...(canReplay ? [] : [lack('it has no account REPLAY, which reads the log for a replay and can do nothing else')]),
  ];
}

/** An error response counts as a response: the subject has a responder, and the user may send requests to it. */
async function mayRequest(access: NatsAccess, subject: string): Promise<boolean> {
  const connection = await connectOnce(access, 'admit doctor');
  try {
    return await connection.request(subject, '', { timeout: ANSWER_MS }).then(
      () => true,
      () => false,
    );
  } finally {
    await connection.close();
  }
}

/** Compares streams, consumers and replicas with the required ones of this version. */
export async function lacksOfStreams(connection: NatsConnection, replicas: number): Promise<Lack[]> {
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const found = await Promise.all(STREAMS.map(async ({ name }) => ({ name, info: await streamInfo(jsm, name) })));
  if (found.every(({ info }) => info === undefined))
    return [lack('it has no streams yet', 'run `npx admit provision` as the user provision')];
  const lacks: Lack[] = [];
  for (const { name, info } of found) {
    const copies = info?.config.num_replicas ?? replicas;
    const gone = (info?.cluster?.replicas ?? []).filter(({ current, offline }) => offline === true || !current).map((peer) => peer.name);
    if (copies < replicas)
      lacks.push(lack(`${name} has ${copies} of ${replicas} replicas`, 'run `npx admit provision`, which adds replicas'));
    if (gone.length > 0)
      lacks.push(lack(`${name} has no current copy on ${gone.join(', ')}`, 'start these servers, and wait until they have caught up'));
  }
  return [...lacks, ...(await differencesOf(connection))];
}

async function differencesOf(connection: NatsConnection): Promise<Lack[]> {
  try {
    await inspectTopology(connection);
    return [];
  } catch (thrown) {
    if (!isFault(thrown, 'stream-differs')) throw thrown;
    const { differences = [] } = thrown.context as { differences?: readonly { what: string; wanted: unknown; found: unknown }[] };
    return differences.map(({ what, wanted, found }) =>
      lack(
        `${what} is ${JSON.stringify(found)}, and ${JSON.stringify(wanted)} is needed`,
        'run `npx admit provision`; a difference that it does not change was made by hand, and is undone by hand (`nats stream edit`)',
      ),
    );
  }
}

/** Compares versions of numbers and points. A suffix such as `-beta.2` is ignored. */
export function isAtLeast(version: string, floor: string): boolean {
  const numbers = (text: string): number[] => text.replace(/-.*/, '').split('.').map(Number);
  const has = numbers(version);
  for (const [at, needed] of numbers(floor).entries()) if ((has[at] ?? 0) !== needed) return (has[at] ?? 0) > needed;
  return true;
}
