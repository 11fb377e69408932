/** Files of a server's certificate, as PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** The authority that signed the certificates of the other servers. */
  readonly ca?: string;
}

/** The login of routes. It is not a user: clients cannot sign in with it. */
export const ROUTE_USER = 'route';

/** A server's place in a cluster. All servers have the same accounts; their routes have a separate password. */
export interface ClusterMember {
  readonly name: string;
  /** The address for the other servers, as `host:port`. */
  readonly listen: string;
  /** The other servers, as `host:port`. The server ignores a route to itself. */
  readonly routes: readonly string[];
  readonly password: string;
  /** The address that servers announce to each other. One without a listener keeps them to the configured routes. */
  readonly advertise?: string;
  /** Clients learn no addresses of other servers: those inside a container network are of no use outside. */
  readonly hidden?: boolean;
  /** Required between machines: both sides show a certificate of the authority. */
  readonly tls?: ServerTls;
}

/** Lines of the server's configuration. */
export function clusterConfig(member: ClusterMember | undefined): string[] {
  if (member === undefined) return [];
  const { listen, routes, password, advertise, hidden, tls } = member;
  const secret = encodeURIComponent(password);
  return [
    'cluster {',
    '  name: admit-one',
    `  listen: ${quote(listen)}`,
    ...(advertise === undefined ? [] : [`  advertise: ${quote(advertise)}`]),
    ...(hidden === true ? ['  no_advertise: true'] : []),
    `  authorization { user: ${ROUTE_USER}, password: ${quote(password)} }`,
    ...tlsConfig(tls, ', verify: true').map((line) => `  ${line}`),
    `  routes: [${routes.map((route) => quote(`nats-route://${ROUTE_USER}:${secret}@${route}`)).join(', ')}]`,
    '}',
  ];
}

/** @param more further members of the block */
export function tlsConfig(tls: ServerTls | undefined, more = ''): string[] {
  if (tls === undefined) return [];
  const ca = tls.ca === undefined ? '' : `, ca_file: ${quote(tls.ca)}`;
  return [`tls { cert_file: ${quote(tls.cert)}, key_file: ${quote(tls.key)}${ca}${more} }`];
}

const quote = (text: string): string => JSON.stringify(text);
