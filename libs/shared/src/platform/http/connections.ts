import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientKey, type TrustedProxies } from './client-address.js';

export interface ConnectionLimits {
  /** Open connections of the process. Each costs some tens of kilobytes and one file descriptor. */
  readonly total: number;
  /** The limit for one client address, and for one tenant. Below the total, so neither can use all of it. */
  readonly each: number;
}

/** The state of an open connection. */
interface Open {
  /** The client's address, or `undefined` for a trusted proxy, whose clients are counted by request. */
  readonly address: string | undefined;
  tenant?: string;
}

/** The connections of one client address. */
interface Client {
  open: number;
  /** Connections without an API key so far, oldest first. */
  readonly anonymous: Set<Socket>;
}

/**
 * The open connections of one server. At the limit, a new connection closes the oldest one without an API key, so an incomplete request
 * holds a place only while there is room. If all connections have a key, the new connection is closed.
 */
export class Connections {
  private readonly open = new Map<Socket, Open>();
  private readonly clients = new Map<string, Client>();
  private readonly anonymous = new Set<Socket>();
  private readonly tenants = new Map<string, number>();

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly proxies: TrustedProxies,
    /** Called for each connection closed because of a limit. */
    private readonly onClosed: () => void = () => undefined,
  ) {}

  watch(server: Pick<Server, 'on'>): void {
    server.on('connection', (socket: Socket) => this.admit(socket));
  }

  /** Open connections, and those without an API key so far. */
  get counts(): { readonly open: number; readonly anonymous: number; readonly addresses: number; readonly tenants: number } {
    return { open: this.open.size, anonymous: this.anonymous.size, addresses: this.clients.size, tenants: this.tenants.size };
  }

  /** Records that a connection sent a valid API key. @returns false when its tenant is at its connection limit */
  identify(socket: Socket, tenant: string): boolean {
    const connection = this.open.get(socket);
    if (connection?.address === undefined || connection.tenant !== undefined) return true;
    const before = this.tenants.get(tenant) ?? 0;
    if (before >= this.limits.each) return false;
    this.tenants.set(tenant, before + 1);
    connection.tenant = tenant;
    this.anonymous.delete(socket);
    this.clients.get(connection.address)?.anonymous.delete(socket);
    return true;
  }

  private admit(socket: Socket): void {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) {
      socket.destroy(); // closed already
      return;
    }
    const address = this.proxies.has(remoteAddress) ? undefined : clientKey(remoteAddress);
    const client = address === undefined ? undefined : (this.clients.get(address) ?? { open: 0, anonymous: new Set<Socket>() });
    const hasRoom =
      (client === undefined || client.open < this.limits.each || this.closeOldest(client.anonymous)) &&
      (this.open.size < this.limits.total || this.closeOldest(this.anonymous));
    if (!hasRoom) {
      this.onClosed();
      socket.destroy();
      return;
    }
    this.open.set(socket, { address });
    socket.once('close', () => this.release(socket));
    if (address === undefined || client === undefined) return;
    this.clients.set(address, client);
    client.open += 1;
    client.anonymous.add(socket);
    this.anonymous.add(socket);
  }

  private closeOldest(anonymous: ReadonlySet<Socket>): boolean {
    const [oldest] = anonymous;
    if (oldest === undefined) return false;
    this.release(oldest);
    this.onClosed();
    oldest.destroy();
    return true;
  }

  /** Removes a connection; does nothing if it is removed already. */
  private release(socket: Socket): void {
    const connection = this.open.get(socket);
    if (connection === undefined) return;
    this.open.delete(socket);
    this.anonymous.delete(socket);
    const { address, tenant } = connection;
    if (tenant !== undefined) subtract(this.tenants, tenant);
    const client = address === undefined ? undefined : this.clients.get(address);
    if (address === undefined || client === undefined) return;
    client.anonymous.delete(socket);
    client.open -= 1;
    if (client.open === 0) this.clients.delete(address);
  }
}

function subtract(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1;
  if (left === 0) counts.delete(key);
  else counts.set(key, left);
}
