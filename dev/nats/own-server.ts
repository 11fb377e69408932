import { connect, type NatsConnection } from '@nats-io/transport-node';
import { inboxOf, usersOf } from '#shared/platform/topology/accounts.js';
import { REPLAY_INFO_SUBJECT, REPLAY_USER } from '#shared/platform/topology/replay-account.js';
import { messageOf } from '../processes/errors.js';
import { isAtLeast, OLDEST_NATS_SERVER } from './obtain.js';
import { type Credentials, DEV_TENANTS } from './server.js';

const CONNECT_MS = 5_000; // a remote server that does not answer within this time counts as absent
const ANSWER_MS = 2_000; // one request to a connected server

/** A NATS server that the user started. */
export interface OwnServer {
  readonly url: string;
  readonly login: (user: string) => Credentials;
}

/**
 * Compares the user's own server with the stack's requirements, before anything is created there.
 * @returns the unmet requirements, one sentence each; empty when all are met
 * @throws the connection error when the server cannot be reached
 */
export async function lacksOf(server: OwnServer): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const user of usersOf(DEV_TENANTS)) {
    try {
      await (await login(server, user)).close();
    } catch (error) {
      if (!/authorization/i.test(messageOf(error))) throw error;
      refused.push(user);
    }
  }
  if (refused.length > 0) return [`it refuses the logins of ${refused.join(', ')}`];
  return [...(await as(server, 'provision', lacksOfServer)), ...(await lacksOfAccounts(server))];
}

async function lacksOfServer(connection: NatsConnection): Promise<string[]> {
  const version = connection.info?.version ?? '0';
  return [
    ...(isAtLeast(version, OLDEST_NATS_SERVER) ? [] : [`it is nats-server ${version}, and ${OLDEST_NATS_SERVER} or newer is needed`]),
    ...((await answers(connection, '$JS.API.INFO')) ? [] : ['JetStream is off in the account of the user provision']),
  ];
}

async function lacksOfAccounts(server: OwnServer): Promise<string[]> {
  const isApart = !(await as(server, DEV_TENANTS[0], (connection) => answers(connection, '$JS.API.INFO')));
  const canReplay = await as(server, REPLAY_USER, (connection) => answers(connection, REPLAY_INFO_SUBJECT));
  return [
    ...(isApart ? [] : ['its tenants have no accounts of their own: each of them could read and write the whole log']),
    ...(canReplay ? [] : ['it has no account REPLAY, which reads the log for a replay and can do nothing else']),
  ];
}

async function as<T>(server: OwnServer, user: string, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await login(server, user);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function login({ url, login: loginOf }: OwnServer, user: string): Promise<NatsConnection> {
  const { user: name, pass } = loginOf(user);
  return connect({ servers: url.split(','), user: name, pass, inboxPrefix: inboxOf(name), timeout: CONNECT_MS, reconnect: false });
}

/** An error response counts as an answer: the subject has a responder. */
const answers = (connection: NatsConnection, subject: string): Promise<boolean> =>
  connection.request(subject, '', { timeout: ANSWER_MS }).then(
    () => true,
    () => false,
  );
