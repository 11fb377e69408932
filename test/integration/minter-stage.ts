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
import { CONSUMERS } from '#shared/platform/topology/consumers.js';
import { provision } from '#shared/platform/topology/provision.js';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { startNats } from '../../dev/nats/server.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { waitFor } from '../../dev/processes/wait.js';
import { startLocalSolana } from '../../dev/solana/local-solana.js';

export const TENANT = 'demo' as TenantId;
const SLOT_MS = 20;
const FINALIZED_AFTER_SLOTS = 4;
const PATIENCE_MS = 30_000;

export const newWallet = (): Wallet => Signer.generate().signer.address as Wallet;

export const mintCommand = (sale: string, unit: string, over: Partial<MintCommand> = {}): MintCommand => {
  const order = orderId(TENANT, sale as SaleId, `key of ${unit}`);
  const ticket = ticketId(TENANT, sale as SaleId, order, unit as UnitId);
  return { tenant: TENANT, sale, order, ticket, unit: unit as UnitId, wallet: newWallet(), request: 1, name: 'Gala 2027', ...over };
};

/** A real NATS server with the real streams, and a local Solana with short slots; the minter comes from the test. */
export async function openMinterStage(name: string, slotMs = SLOT_MS) {
  const folder = temporaryFolder(name);
  const server = await startNats({ dataDir: `${folder.path}/nats` });
  const solana = await startLocalSolana({ port: 0, slotMs, finalizedAfterSlots: FINALIZED_AFTER_SLOTS, faultSeed: 7 });
  const admin: NatsConnection = await connect(server.connection('provision'));
  await provision(admin);
  const store = await JetStreamEventStore.on(admin);
  const rpc = new Connection(solana.url, 'finalized');
  const { user, pass } = server.credentials('minter');
  const environment = {
    NATS_URL: server.url,
    NATS_USER: user,
    NATS_PASSWORD: pass,
    SOLANA_RPC_URL: solana.url,
    MINT_KEYS_DIR: `${folder.path}/keys`,
    MINT_KEYS: 'create',
    MINT_AIRDROP: 'local',
    MINT_POLL_MS: '50',
    MINT_RPC_TIMEOUT_MS: '500',
    LOG_LEVEL: 'warn',
  };

  const events = async (sale: string): Promise<Recorded<MintEvent>[]> => {
    const found: Recorded<MintEvent>[] = [];
    for await (const commit of store.read(mintSubject(TENANT, sale), NO_HEAD)) found.push(...(commit.events as Recorded<MintEvent>[]));
    return found;
  };
  const ofType = async <T extends MintEvent['type']>(sale: string, type: T) =>
    (await events(sale)).filter((event): event is Recorded<Extract<MintEvent, { type: T }>> => event.type === type);
  const outstanding = async (): Promise<number> => (await (await jetstreamManager(admin)).streams.info('MINTS')).state.messages;

  return {
    server,
    solana,
    admin,
    rpc,
    environment,
    folder,
    events,
    ofType,
    outstanding,
    /** As the reactor of the purchase app does it. */
    ask: async (command: MintCommand, id = `mint:${command.tenant}:${command.ticket}:${command.request}`): Promise<boolean> => {
      const subject = `mint.${command.tenant}.${command.ticket}.${command.request}`;
      return (await jetstream(admin).publish(subject, JSON.stringify(command), { msgID: id })).duplicate;
    },
    /** The same for a ticket whose order is given up with an override. */
    override: async ({ tenant, sale, order, ticket, unit }: MintCommand): Promise<void> => {
      const body: RevokeCommand = { tenant, sale, order, ticket, unit, revoke: true, override: true };
      await jetstream(admin).publish(`mint.${tenant}.${ticket}.override`, JSON.stringify(body));
    },
    /** Every command is acknowledged: its verdict is in the log. */
    untilDone: async (timeoutMs = PATIENCE_MS): Promise<void> =>
      waitFor(async () => (await outstanding()) === 0, { what: 'every mint has its verdict', timeoutMs }),
    /** What the broker does when the ack wait of a dead process is over, at once: hands out again everything that is not acknowledged. */
    forgetDeliveries: async (): Promise<void> => {
      const jsm = await jetstreamManager(admin);
      const minter = CONSUMERS.find(({ stream }) => stream === 'MINTS');
      await jsm.consumers.delete('MINTS', 'minter');
      await jsm.consumers.add('MINTS', minter?.config ?? {});
    },
    close: async (): Promise<void> => {
      await admin.close();
      await server.stop();
      await solana.stop();
      folder.remove();
    },
  };
}

export type MinterStage = Awaited<ReturnType<typeof openMinterStage>>;

/** What anybody with an RPC node and nothing else can find out about an asset. */
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
