import { readFileSync } from 'node:fs';
import { type Authenticator, credsAuthenticator, nkeyAuthenticator, nkeys } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { Environment } from '../process/environment.js';
import { unusableCertificate } from './client-certificate.js';

/** Prefixes of the variables of one login. */
export type LoginVariables = 'NATS' | 'NATS_EDGE' | 'NATS_REPLAY';

/**
 * How a connection signs in: with one of `password`, `nkey` and `creds`, or with the client certificate alone. The last four are paths.
 * `user` also names the inbox, whichever way is used.
 */
export interface NatsAccess {
  readonly servers: readonly string[];
  readonly user: string;
  readonly password: string;
  /** A file with the seed of a user's NKey (`SU…`). */
  readonly nkey?: string;
  /** A file with a user's JWT and its seed, as nsc writes it. */
  readonly creds?: string;
  /** Files of a client certificate and its key, as PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** The prefix of the variables for user and password; default `NATS`. */
  readonly variables?: LoginVariables;
}

/** The login of the environment, or `user` if the environment names none. */
export function accessOf(environment: Environment, user: string, variables: LoginVariables = 'NATS'): NatsAccess {
  const [nkey, creds] = [environment[`${variables}_NKEY`], environment[`${variables}_CREDS`]];
  const [cert, key] = [environment[`${variables}_CERT`], environment[`${variables}_KEY`]];
  return {
    servers: environment.NATS_URL.split(','),
    user: environment[`${variables}_USER`] || user,
    password: environment[`${variables}_PASSWORD`],
    variables,
    ...(nkey !== '' && { nkey }),
    ...(creds !== '' && { creds }),
    ...(cert !== '' && { cert }),
    ...(key !== '' && { key }),
  };
}

/** The variables from which accessOf reads this login, for a child process. */
export function settingsOfLogin({ servers, user, password, nkey, creds, cert, key, variables = 'NATS' }: NatsAccess) {
  const values = { USER: user, PASSWORD: password, NKEY: nkey, CREDS: creds, CERT: cert, KEY: key };
  const set = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  return { NATS_URL: servers.join(','), ...Object.fromEntries(set.map(([name, value]) => [`${variables}_${name}`, value])) };
}

export const isLoginSet = ({ password, nkey, creds, cert }: NatsAccess): boolean =>
  password !== '' || nkey !== undefined || creds !== undefined || cert !== undefined;

interface SignIn {
  readonly user?: string;
  readonly pass?: string;
  readonly authenticator?: Authenticator;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

/**
 * Options of the client library. The files of a key or of credentials are read again for every connection, so a new file counts without
 * a restart.
 * @throws Fault `configuration` for a file that is missing or of another kind, and for two logins at once
 */
export function signIn(access: NatsAccess): SignIn {
  const { user, password, nkey, creds, cert, key, variables = 'NATS' } = access;
  const problems = problemsOf(access);
  if (problems.length > 0) throw new Fault('configuration', { problems });
  const tls = cert === undefined || key === undefined ? {} : { tls: { certFile: cert, keyFile: key } };
  if (nkey !== undefined)
    return { ...tls, authenticator: nkeyAuthenticator(reread(`${variables}_NKEY`, nkey, isSeed, 'the seed of a user (SU…)')) };
  if (creds !== undefined)
    return {
      ...tls,
      authenticator: credsAuthenticator(reread(`${variables}_CREDS`, creds, isCreds, 'a JWT and a seed, as nsc writes them', '\n')),
    };
  return cert !== undefined && password === '' ? tls : { ...tls, user, pass: password };
}

function problemsOf(access: NatsAccess): string[] {
  const { password, nkey, creds, cert, key, variables = 'NATS' } = access;
  const ways = Object.entries({ PASSWORD: password || undefined, NKEY: nkey, CREDS: creds });
  const used = ways.filter(([, value]) => value !== undefined).map(([name]) => `${variables}_${name}`);
  const unread = [...unreadable(`${variables}_CERT`, cert), ...unreadable(`${variables}_KEY`, key)];
  const unusable = unread.length > 0 ? undefined : unusableCertificate(access);
  return [
    ...(used.length > 1 ? [`${used.join(', ')}: only one of them may be set`] : []),
    ...((cert === undefined) === (key === undefined) ? [] : [`${variables}_CERT, ${variables}_KEY: neither works without the other`]),
    ...unread,
    ...(unusable === undefined ? [] : [unusable]),
  ];
}

/** Describes a rejected login, and the variables to check. */
export function describeLogin({ user, password, nkey, creds, cert, variables = 'NATS' }: NatsAccess): string {
  if (nkey !== undefined) return `${variables}_NKEY: ${user} is refused with this key`;
  if (creds !== undefined) return `${variables}_CREDS: ${user} is refused with these credentials`;
  if (password === '' && cert !== undefined) return `${variables}_CERT: ${user} is refused with this certificate`;
  return `${variables}_USER, ${variables}_PASSWORD: ${user} is refused ${password === '' ? 'without a password' : 'with this password'}`;
}

const isSeed = (text: string): boolean => {
  try {
    return nkeys.fromSeed(new TextEncoder().encode(text.trim())).getPublicKey().startsWith('U');
  } catch {
    return false;
  }
};
const isCreds = (text: string): boolean => {
  const blocks = [...text.matchAll(/-{3,}BEGIN [^\n]*-{3,}\s*\n(.+)\n\s*-{3,}END /g)].map(([, block]) => (block ?? '').trim());
  return blocks.length === 2 && isSeed(blocks[1] ?? '');
};

/**
 * Reads the file now and for every later connection. While it is being replaced, the previous content is used: without any, the client
 * library gives up permanently.
 */
function reread(variable: string, path: string, isRight: (text: string) => boolean, what: string, end = ''): () => Uint8Array {
  const read = (): string => readFileSync(path, 'utf8');
  const problems = unreadable(variable, path);
  if (problems.length === 0 && !isRight(read())) problems.push(`${variable}: ${path} must contain ${what}`);
  if (problems.length > 0) throw new Fault('configuration', { problems });
  let last = read();
  return () => {
    if (unreadable(variable, path).length === 0 && isRight(read())) last = read();
    return new TextEncoder().encode(`${last.trim()}${end}`);
  };
}

function unreadable(variable: string, path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    readFileSync(path);
    return [];
  } catch (thrown) {
    return [`${variable}: ${path} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? (thrown as Error).message})`];
  }
}
