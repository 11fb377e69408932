import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { getAccount, getTokenMetadata, TOKEN_2022_PROGRAM_ID, unpackMint } from '@solana/spl-token';
import { type ConfirmedSignatureInfo, Connection, PublicKey } from '@solana/web3.js';
import type { MintCommand, MintEvent, RevokeCommand } from '#shared/domain/mint/events.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { orderId, type SaleId, type TenantId, ticketId, type UnitId, type Wallet } from '#shared/kernel/ids.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { ensureMintQueue, mintQueueOf } from '#shared/platform/topology/mint-queues.js';
import { provision } from '#shared/platform/topology/provision.js';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { type Broker, DEV_TENANTS, type NatsServer, startNats } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import type { Program } from '../../dev/solana/programs.js';
import { apiKeyOf } from './selling.js';
import { Stage } from './stage.js';

export const TENANT = 'demo' as TenantId;
const SLOT_MS = 20;
const FINALIZED_AFTER_SLOTS = 4;
const PATIENCE_MS = 30_000;
/** In a cluster several elections may follow each other on a busy machine. */
const READ_MS = 120_000;
/** Over about 45 s: a server that has just become leader receives nothing until the others know of it. */
const PUBLISH = { retries: 15 };

export const newWallet = (): Wallet => Signer.generate().signer.address as Wallet;

export const mintCommand = (sale: string, unit: string, over: Partial<MintCommand> = {}): MintCommand => {
  const order = orderId(TENANT, sale as SaleId, `key of ${unit}`);
  const ticket = ticketId(TENANT, sale as SaleId, order, unit as UnitId);
  return { tenant: TENANT, sale, order, ticket, unit: unit as UnitId, wallet: newWallet(), request: 1, name: 'Gala 2027', ...over };
};

/** How the stage of a test differs from the others. */
export interface MinterStageSettings {
  readonly slotMs?: number;
  readonly finalizedAfterSlots?: number;
  /** Programs of its chain. */
  readonly programs?: readonly Program[];
  /** Further settings of its minters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A stage with its own log, opened before this one; without it, a log on one server. */
  readonly on?: Pick<Stage, 'onClose'> & { readonly log: { readonly server: Broker; readonly admin: NatsConnection } };
}

/** A real NATS server with the real streams, or several, and a local Solana with short slots; the minter comes from the test. */
export class MinterStage extends Stage {
  /** Of its folder. */
  path!: string;
  /** The one that it started. */
  server!: NatsServer;
  solana!: LocalSolana;
  admin!: NatsConnection;
  rpc!: Connection;
  private store!: JetStreamEventStore;
  private broker!: Broker;

  constructor(
    private readonly name: string,
    private readonly settings: MinterStageSettings = {},
  ) {
    super();
  }

  override async open(): Promise<void> {
    const { slotMs = SLOT_MS, finalizedAfterSlots = FINALIZED_AFTER_SLOTS, programs = [] } = this.settings;
    this.path = this.folder(this.name);
    this.solana = await this.keep(startLocalSolana({ port: 0, slotMs, finalizedAfterSlots, faultSeed: 7, programs }));
    await this.reachLog();
    this.store = await JetStreamEventStore.on(this.admin);
    this.rpc = new Connection(this.solana.url, 'finalized');
  }

  private async reachLog(): Promise<void> {
    const { on } = this.settings;
    if (on === undefined) {
      this.broker = this.server = await this.keep(startNats({ dataDir: join(this.path, 'nats') }));
      this.admin = await this.keep(connect(this.server.connection('provision')));
      await provision(this.admin);
      const register = await TenantRegister.on(this.admin);
      const given = { hasNatsPassword: true, grants: ['free-mints'] } as const;
      for (const tenant of DEV_TENANTS) await register.create(tenant, { apiKey: apiKeyOf(tenant), ...given });
    } else {
      on.onClose(() => this.close()); // it stops before its log does
      this.broker = on.log.server;
      this.admin = on.log.admin;
    }
  }

  get environment() {
    const { user, pass } = this.broker.credentials('minter');
    return {
      NATS_URL: this.broker.url,
      NATS_USER: user,
      NATS_PASSWORD: pass,
      SOLANA_RPC_URL: this.solana.url,
      MINT_KEYS_DIR: join(this.path, 'keys'),
      MINT_KEYS: 'create',
      MINT_AIRDROP: 'local',
      MINT_POLL_MS: '50',
      MINT_RPC_TIMEOUT_MS: '500',
      LOG_LEVEL: 'warn',
      ...this.settings.environment,
    };
  }

  /** The log's events, once it has a leader. */
  async events(sale: string): Promise<Recorded<MintEvent>[]> {
    let found: Recorded<MintEvent>[] = [];
    const isRead = async (): Promise<boolean> => {
      found = [];
      for await (const commit of this.store.read(mintSubject(TENANT, sale), NO_HEAD)) found.push(...(commit.events as typeof found));
      return true;
    };
    await waitFor(isRead, { what: `the log tells of the mints of ${sale}`, timeoutMs: READ_MS });
    return found;
  }

  async ofType<T extends MintEvent['type']>(sale: string, type: T) {
    return (await this.events(sale)).filter((event): event is Recorded<Extract<MintEvent, { type: T }>> => event.type === type);
  }

  async outstanding(): Promise<number> {
    return (await (await jetstreamManager(this.admin)).streams.info('MINTS')).state.messages;
  }

  /** As the reactor of the purchase app does it. */
  async ask(command: MintCommand, id = `mint:${command.tenant}:${command.ticket}:${command.request}`): Promise<boolean> {
    const subject = `mint.${command.tenant}.${command.ticket}.${command.request}`;
    return (await jetstream(this.admin).publish(subject, JSON.stringify(command), { ...PUBLISH, msgID: id })).duplicate;
  }

  /** The same for a ticket whose order is given up with an override. */
  async override({ tenant, sale, order, ticket, unit }: MintCommand): Promise<void> {
    const body: RevokeCommand = { tenant, sale, order, ticket, unit, revoke: true, override: true };
    await jetstream(this.admin).publish(`mint.${tenant}.${ticket}.override`, JSON.stringify(body), PUBLISH);
  }

  /** As the reactor of the purchase app asks for a ticket to be taken back. */
  async revoke({ tenant, sale, order, ticket, unit }: MintCommand): Promise<void> {
    const body: RevokeCommand = { tenant, sale, order, ticket, unit, revoke: true };
    await jetstream(this.admin).publish(`mint.${tenant}.${ticket}.revoke`, JSON.stringify(body), PUBLISH);
  }

  /** Every command is acknowledged: its verdict is in the log. */
  untilDone(timeoutMs = PATIENCE_MS): Promise<void> {
    const isDone = async (): Promise<boolean> => {
      const outstanding = await this.outstanding();
      if (outstanding > 0) throw new Error(`${outstanding} outstanding, ${await this.queueState()}`);
      return true;
    };
    return waitFor(isDone, { what: 'every mint has its verdict', timeoutMs });
  }

  /** How far the minters' queue is, for the message of a failed wait. */
  private async queueState(): Promise<string> {
    const jsm = await jetstreamManager(this.admin, { checkAPI: false });
    const { num_pending, num_ack_pending, num_redelivered, num_waiting, cluster } = await jsm.consumers.info('MINTS', mintQueueOf(TENANT));
    return JSON.stringify({ num_pending, num_ack_pending, num_redelivered, num_waiting, leader: cluster?.leader });
  }

  /** What the broker does when the ack wait of a dead process is over, at once: it redelivers every unacknowledged message. */
  async forgetDeliveries(): Promise<void> {
    const jsm = await jetstreamManager(this.admin);
    await jsm.consumers.delete('MINTS', mintQueueOf(TENANT));
    await ensureMintQueue(jsm, TENANT);
  }
}

/** Everything that an RPC node alone shows of an asset. */
export async function assetOnChain(rpc: Connection, asset: string) {
  const address = new PublicKey(asset);
  const account = await rpc.getAccountInfo(address, 'finalized');
  const mint = unpackMint(address, account, TOKEN_2022_PROGRAM_ID);
  const metadata = await getTokenMetadata(rpc, address, 'finalized', TOKEN_2022_PROGRAM_ID);
  const holdings = (await rpc.getTokenLargestAccounts(address, 'finalized')).value.filter(({ amount }) => amount !== '0');
  const holders = await Promise.all(
    holdings.map(async (holding) => (await getAccount(rpc, holding.address, 'finalized', TOKEN_2022_PROGRAM_ID)).owner.toBase58()),
  );
  const { supply, decimals, mintAuthority, freezeAuthority } = mint;
  return { supply, decimals, mintAuthority, freezeAuthority, metadata, holders };
}

/** Every transaction of the payer that took effect and carries a memo: the mints, all of them, wherever they went. */
export async function mintsThatLanded(rpc: Connection, payer: PublicKey): Promise<readonly ConfirmedSignatureInfo[]> {
  const found: ConfirmedSignatureInfo[] = [];
  for (let before: string | undefined; ; before = found.at(-1)?.signature) {
    const page = await rpc.getSignaturesForAddress(payer, before === undefined ? {} : { before }, 'finalized');
    found.push(...page);
    if (page.length === 0) return found.filter(({ err, memo }) => err === null && memo !== null);
  }
}
