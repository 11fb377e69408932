import type { Bench } from './bench.js';
import { cluster } from './cluster.js';
import { fair } from './fair.js';
import { flash } from './flash.js';
import { growth } from './growth.js';
import { http } from './http.js';
import { ledgerBeside } from './ledger-beside.js';
import { loadSale } from './load-sale.js';
import { manySales } from './many-sales.js';
import { mintBacklog } from './mint-backlog.js';
import { mint } from './mints.js';
import { orders } from './orders.js';
import { overload } from './overload.js';
import { peers } from './peers.js';
import { profile } from './profile.js';
import { reads } from './reads.js';
import { replay } from './replay.js';
import { restart } from './restart.js';
import { rolling } from './rolling.js';
import { scaleOut } from './scale-out.js';

/** In the order in which they run: the most important first. */
export const BENCHES: readonly Bench[] = [
  orders,
  http,
  peers,
  flash,
  manySales,
  overload,
  restart,
  mintBacklog,
  ledgerBeside,
  scaleOut,
  rolling,
  cluster,
  growth,
  reads,
  fair,
  replay,
  loadSale,
  mint,
  profile,
];
