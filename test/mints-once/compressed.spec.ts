import { PublicKey } from '@solana/web3.js';
import type { MintCommand, MintPlan } from '#shared/domain/mint/events.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { type Receipt, receiptOf } from '#shared/platform/receipt.js';
import { landedTransaction } from '../../apps/minter/src/chains/bubblegum/landed-transaction.js';
import { leavesInLogOf } from '../../apps/minter/src/chains/bubblegum/logged-leaves.js';
import { createTree } from '../../apps/minter/src/chains/bubblegum/provision-trees.js';
import { readTree } from '../../apps/minter/src/chains/bubblegum/tree-account.js';
import { TreeKeys } from '../../apps/minter/src/chains/bubblegum/tree-keys.js';
import { TreeMirror } from '../../apps/minter/src/chains/bubblegum/tree-mirror.js';
import { treesOf } from '../../apps/minter/src/chains/bubblegum/trees.js';
import { checkReceipt } from '../../apps/minter/src/chains/token-2022/check-receipt.js';
import { loadMintKeys, type MintKeys } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { Rpc } from '../../apps/minter/src/chains/token-2022/rpc/rpc.js';
import { Token2022Chain } from '../../apps/minter/src/chains/token-2022/token-2022-chain.js';
import { verdictOn } from '../../apps/minter/src/receipt-finding.js';
import { Reconciliation } from '../../apps/minter/src/reconcile/reconciliation.js';
import { startMinter } from '../../apps/minter/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import { withPrograms } from '../conformance/programs.js';
import { MinterStage, mintCommand, TENANT } from '../stages/minter-stage.js';

const RPC_MS = 10_000;
const SETTLED_MS = 60_000;
const TICKETS = 40;
/** Room for eight tickets: full before the test is over. */
const TINY_TREE = { depth: 3, buffer: 8, canopy: 0 };
/** A stranger sends them to a marker before its ticket is minted. */
const GIFT_LAMPORTS = 1_000_000;
const TREE = { depth: 14, buffer: 64, canopy: 8 };

/** Two minters on one log, and a chain with the programs of compressed tickets. */
class Minting {
  keys!: MintKeys;
  rpc!: Rpc;
  trees!: readonly string[];

  constructor(readonly stage: MinterStage) {}

  async asked(sale: string, count: number, over: Partial<MintCommand> = {}): Promise<readonly MintCommand[]> {
    const commands = Array.from({ length: count }, (_, n) => mintCommand(sale, `A-${n}`, { asset: 'compressed', ...over }));
    for (const command of commands) await this.stage.ask(command);
    return commands;
  }

  chain(): Token2022Chain {
    return new Token2022Chain(this.keys, {
      url: this.stage.solana.url,
      timeoutMs: RPC_MS,
      priority: { floor: 0 },
      freshMs: 0,
      airdrop: true,
    });
  }

  async leavesMade(): Promise<number> {
    let made = 0;
    for await (const { minted } of treesOf(this.rpc, new TreeKeys(this.keys.base))) made += minted;
    return made;
  }

  async rootOf(tree: string): Promise<string | undefined> {
    return readTree(await this.stage.rpc.getAccountInfo(new PublicKey(tree), 'finalized'))?.root.toString('hex');
  }

  async open(): Promise<void> {
    this.keys = await loadMintKeys(this.stage.environment.MINT_KEYS_DIR, 'create');
    this.rpc = new Rpc(this.stage.solana.url, RPC_MS);
    await this.chain().replenish();
    const slotAtLeast = async (slot: number) => (await this.rpc.finalizedHead()).slot >= slot;
    const pause = async () => {
      const { slot } = await this.rpc.finalizedHead();
      await waitFor(() => slotAtLeast(slot + 1), { what: 'the next slot', timeoutMs: SETTLED_MS });
    };
    const own = { rpc: this.rpc, keys: this.keys, microLamports: 0, pause };
    await createTree(own, TINY_TREE);
    await createTree(own, TREE);
    this.trees = [0, 1].map((number) => new TreeKeys(this.keys.base).tree(number).toBase58());
    const environment = readEnvironment(this.stage.environment);
    for (const _ of ['one', 'other']) await this.stage.keep(startMinter(environment, createLogger('minter', environment.LOG_LEVEL)));
  }
}

withPrograms('compressed tickets from the queue to the receipt', (programs) => {
  const stage = MinterStage.forTests('compressed', { programs, environment: { MINT_RPC_TIMEOUT_MS: '5000' } });
  const on = new Minting(stage);
  beforeAll(() => on.open());
  mintsOnce(on);
  burnsRevoked(on);
  agreesWithTheChain(on);
  givesReceipts(on);
});

function mintsOnce(on: Minting): void {
  it('mints every ticket once by two minters, into the next tree when one is full, and the log alone makes the roots on the chain', async () => {
    const gift = on.chain().address(TENANT, mintCommand('full', 'A-0').ticket, { revocable: false });
    await on.stage.rpc.requestAirdrop(new PublicKey(gift.asset), GIFT_LAMPORTS);
    await on.asked('full', TICKETS);
    await on.stage.untilDone(SETTLED_MS);
    const completed = await on.stage.ofType('full', 'MintCompleted');
    expect(completed).toHaveLength(TICKETS);
    const places = completed.map(({ data }) => `${data.leaf?.tree} ${data.leaf?.index}`);
    expect(new Set(places).size).toBe(TICKETS);
    expect(await on.leavesMade()).toBe(TICKETS);
    expect(new Set(completed.map(({ data }) => data.leaf?.tree))).toEqual(new Set(on.trees));
    for (const [number, tree] of on.trees.entries()) {
      const mirror = new TreeMirror(number === 0 ? TINY_TREE.depth : TREE.depth);
      for (const [index, leaf] of await leavesInLogOf(on.stage.admin)(tree)) mirror.set(index, leaf);
      expect([tree, Buffer.from(mirror.root).toString('hex')]).toEqual([tree, await on.rootOf(tree)]);
    }
  });
}

function burnsRevoked(on: Minting): void {
  it('burns revoked tickets with proofs of its own, though mints go on, and says so in the log', async () => {
    const commands = await on.asked('revoked', 6, { revocable: true });
    await on.stage.untilDone(SETTLED_MS);
    for (const command of commands.slice(0, 3)) await on.stage.revoke(command);
    await on.asked('meanwhile', 10);
    await on.stage.untilDone(SETTLED_MS);
    const revoked = await on.stage.ofType('revoked', 'MintRevoked');
    expect(revoked.map(({ data }) => data.ticket).sort()).toEqual(
      commands
        .slice(0, 3)
        .map(({ ticket }) => ticket)
        .sort(),
    );
    for (const { data } of revoked) {
      const landed = await landedTransaction(on.rpc, data.signature ?? '');
      expect(landed?.changes.map(({ leaf }) => leaf.equals(Buffer.alloc(32)))).toEqual([true]);
    }
  });
}

function agreesWithTheChain(on: Minting): void {
  it('agrees with the chain when log and chain are compared, and finds a ticket that another signed for', async () => {
    const sides = { connection: on.stage.admin, rpc: on.rpc, also: [] };
    const agreed = await (await Reconciliation.of(sides)).run(() => undefined);
    expect(agreed.drifts).toEqual([]);
    expect(agreed.tickets).toBeGreaterThan(TICKETS);
    const stolen = on.chain();
    const ticket = mintCommand('stolen', 'A-1').ticket;
    const [planned] = await on.stage.ofType('full', 'MintPlanned');
    const other = { ...(planned?.data as MintPlan), ticket, ...stolen.address(TENANT, ticket, { revocable: false }) };
    const signed = await stolen.prepare(other, 1);
    await stolen.submit({ ticket, attempt: 1, ...signed }, true);
    const isFinal = async () => (await on.rpc.statuses([signed.signature]))[0]?.confirmationStatus === 'finalized';
    await waitFor(isFinal, { what: 'it is final', timeoutMs: SETTLED_MS });
    const { drifts } = await (await Reconciliation.of(sides)).run(() => undefined);
    expect(drifts).toMatchObject([{ kind: 'orphan-transaction', signature: signed.signature }]);
  });
}

function givesReceipts(on: Minting): void {
  it('gives receipts that an RPC alone proves, and proves no changed one', async () => {
    const completed = (await on.stage.ofType('revoked', 'MintCompleted')).map(({ data }) => data);
    const burned = new Set((await on.stage.ofType('revoked', 'MintRevoked')).map(({ data }) => data.ticket));
    const receipts = (await on.stage.ofType('revoked', 'MintPlanned')).map(({ data }) => {
      const mint = completed.find(({ ticket }) => ticket === data.ticket);
      return [data.ticket, mint && receiptOf({ tenant: TENANT, sale: 'revoked' }, data, mint)] as [typeof data.ticket, Receipt];
    });
    expect(receipts).toHaveLength(6);
    for (const [ticket, receipt] of receipts) {
      const findings = await checkReceipt(on.rpc, receipt, on.keys.base.address);
      const bad = findings.filter(({ outcome }) => outcome !== 'holds').map(({ about }) => about);
      expect([ticket, bad]).toEqual([ticket, burned.has(ticket) ? ['supply'] : []]);
    }
    const [, whole] = receipts.find(([ticket]) => !burned.has(ticket)) as [string, Receipt];
    const leaf = whole.leaf as NonNullable<Receipt['leaf']>;
    const changes: Partial<Receipt>[] = [
      { record: { ...whole.record, wallet: on.keys.payer.address } as Receipt['record'] },
      { metadata: { ...whole.metadata, name: 'Another' } },
      { leaf: { ...leaf, index: leaf.index + 1 } },
      { leaf: { ...leaf, collection: on.keys.payer.address } },
    ];
    for (const change of changes)
      expect([change, verdictOn(await checkReceipt(on.rpc, { ...whole, ...change }, on.keys.base.address))]).toEqual([change, 'not valid']);
  });
}
