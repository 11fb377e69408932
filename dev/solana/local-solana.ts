import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { encodeBase58 } from '#shared/kernel/base58.js';
import { Bank } from './bank/bank.js';
import { VIEW_DEPTH_SLOTS } from './bank/chain-state.js';
import type { CommitmentDepths } from './bank/commitment.js';
import type { Journal } from './bank/journal.js';
import { Svm } from './bank/svm.js';
import { answerControl, LocalSolanaControl } from './control.js';
import { Faucet } from './faucet.js';
import { FaultSwitches } from './faults/fault-switches.js';
import { FAULTS } from './faults/table.js';
import { FileJournal } from './journals/file.js';
import { MemoryJournal } from './journals/memory.js';
import { openNode } from './node.js';
import type { Program } from './programs.js';
import { serveHttp } from './rpc/http-front.js';
import { close, listen, listenPair } from './rpc/listen-pair.js';
import { RpcDispatch } from './rpc/rpc-dispatch.js';
import { Subscriptions } from './rpc/subscriptions.js';
import { SlotClock } from './slot-clock.js';

const LOOPBACK = '127.0.0.1';
const MAINNET_SLOT_MS = 400;
const DEFAULT_FAULT_SEED = 1;
/** Two thirds of the stake have voted after one or two slots, and after 32 no vote can be rolled back. */
const CONFIRMED_AFTER_SLOTS = 1;
const FINALIZED_AFTER_SLOTS = 32;

export interface LocalSolanaOptions {
  /** 0 selects two free neighbouring ports; the websocket listens one above. */
  readonly port: number;
  readonly host?: string;
  /** If absent, nothing outlives the process. */
  readonly dataDir?: string;
  /** `instant`: every landed transaction is its own slot, final at once. `manual`: slots open only by `control.advance`. */
  readonly slotMs?: number | 'instant' | 'manual';
  readonly confirmedAfterSlots?: number;
  readonly finalizedAfterSlots?: number;
  /** The same seed selects the same calls: faults with a probability are reproducible. */
  readonly faultSeed?: number;
  /** Programs in addition to LiteSVM's own. */
  readonly programs?: readonly Program[];
}

export interface LocalSolana {
  readonly url: string;
  readonly wsUrl: string;
  readonly genesisHash: string;
  readonly restoredAccounts: number;
  readonly control: LocalSolanaControl;
  /** Another node of the same chain with its own faults. It stops with the chain. */
  openFront(): Promise<Front>;
  stop(): Promise<void>;
}

export interface Front {
  readonly url: string;
  readonly faults: FaultSwitches;
}

export async function startLocalSolana(options: LocalSolanaOptions): Promise<LocalSolana> {
  const http = createServer();
  const websocket = createServer((_request, response) => response.writeHead(426).end('websocket only'));
  const host = options.host ?? LOOPBACK;
  // Ports open before the data: they keep a second process out of the same directory. Callers wait while the journal is read.
  const port = await listenPair(http, websocket, host, options.port);
  try {
    const running = run(options, http, websocket);
    return { url: `http://${host}:${port}`, wsUrl: `ws://${host}:${port + 1}`, ...running };
  } catch (cause) {
    await Promise.all([close(http), close(websocket)]);
    throw cause;
  }
}

function run(options: LocalSolanaOptions, http: Server, websocket: Server): Omit<LocalSolana, 'url' | 'wsUrl'> {
  const slotMs = options.slotMs ?? MAINNET_SLOT_MS;
  const { bank, faucet, journal, restoredAccounts } = openChain(options, slotMs === 'instant');
  const clock = new SlotClock(bank, typeof slotMs === 'number' ? slotMs : null);
  const seed = options.faultSeed ?? DEFAULT_FAULT_SEED;
  const switches = new FaultSwitches(FAULTS, seed);
  const control = new LocalSolanaControl(bank, clock, switches);
  const node = openNode(bank, faucet);
  const servers = [http, websocket];
  const serve = (server: Server, faults: FaultSwitches): void => {
    const dispatch = new RpcDispatch(node, faults, (slots, due) => clock.afterSlots(slots, due));
    serveHttp(server, {
      rpc: (body) => dispatch.answer(body),
      control: (request, body) => answerControl(control, request, body),
    });
  };
  serve(http, switches);
  const subscriptions = new Subscriptions(websocket, bank);
  clock.resume();
  const openFront = async (): Promise<Front> => {
    const server = createServer();
    const host = options.host ?? LOOPBACK;
    const port = await listen(server, host, 0);
    const faults = new FaultSwitches(FAULTS, seed + servers.push(server));
    serve(server, faults);
    return { url: `http://${host}:${port}`, faults };
  };
  const stop = async () => {
    clock.stop();
    subscriptions.stop();
    await Promise.all(servers.map(close));
    journal.close();
  };
  return { genesisHash: bank.genesisHash, restoredAccounts, control, openFront, stop };
}

function openChain(options: LocalSolanaOptions, instant: boolean) {
  const depths = depthsOf(options, instant);
  const journal = openJournal(options.dataDir);
  const svm = new Svm();
  for (const { address, elf } of options.programs ?? []) svm.addProgram(address, elf);
  const bank = new Bank(svm, journal, { depths, instant, unixSeconds: () => Math.floor(Date.now() / 1_000) });
  const faucet = new Faucet(bank);
  faucet.fill(svm);
  return { journal, bank, faucet, restoredAccounts: bank.restore() };
}

function openJournal(dataDir: string | undefined): Journal {
  const newGenesisHash = () => encodeBase58(randomBytes(32));
  return dataDir === undefined ? new MemoryJournal(newGenesisHash()) : new FileJournal(dataDir, newGenesisHash);
}

function depthsOf(options: LocalSolanaOptions, instant: boolean): CommitmentDepths {
  if (instant) return { processed: 0, confirmed: 0, finalized: 0 };
  const finalized = options.finalizedAfterSlots ?? FINALIZED_AFTER_SLOTS;
  const confirmed = options.confirmedAfterSlots ?? Math.min(CONFIRMED_AFTER_SLOTS, finalized);
  if (!(confirmed >= 1 && finalized >= confirmed && finalized <= VIEW_DEPTH_SLOTS)) {
    throw new RangeError(`want 1 <= confirmedAfterSlots (${confirmed}) <= finalizedAfterSlots (${finalized}) <= ${VIEW_DEPTH_SLOTS}`);
  }
  return { processed: 0, confirmed, finalized };
}
