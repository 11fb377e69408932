import type { z } from 'zod';
import { OpenSale, readOpening } from '#shared/domain/sale/commands.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { Sale as SaleState } from '#shared/domain/sale/sale.js';
import { MAX_COMMIT_BYTES } from '#shared/event-store/commit.js';
import { saleView } from '../../reads/views.js';
import { MAX_OPENING_BYTES } from '../../requests/request-body.js';
import { Sale } from '../answers.js';
import { bodyOf, type CommandToDecide, type Mutation, SALE_PATH } from '../operation.js';

/** What a commit holds beside request, event and answer: key, fingerprint, hashes, trace. */
const COMMIT_OVERHEAD_BYTES = 8 * 1024;

const opening = (command: Pick<CommandToDecide, 'request'>) => readOpening(bodyOf<z.input<typeof OpenSale>>(command));

/** Opened for a try: its request, its event and its answer, which a commit holds as text in a text. */
function fitsCommit(command: Pick<CommandToDecide, 'request'>): boolean {
  const sale = new SaleState();
  const decision = openSale(sale, opening(command));
  if ('refusal' in decision) return false;
  for (const event of decision.events) sale.evolve(event, 0);
  const answer = JSON.stringify(saleView(sale, 1));
  const bytes = [command.request, decision.events, answer].reduce<number>((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0);
  return bytes + COMMIT_OVERHEAD_BYTES <= MAX_COMMIT_BYTES;
}

export const saleOpen = {
  name: 'sale.open',
  method: 'openSale',
  summary: 'Opens a sale; its terms stay as they are.',
  http: {
    path: '/v1/sales',
    location: SALE_PATH,
    example: { sale: 'gala-2027', name: 'Gala', units: { quota: 500 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' },
  },
  schema: OpenSale,
  opensSale: true,
  maxBodyBytes: MAX_OPENING_BYTES,
  fitsCommit,
  refusals: ['sale-exists'],
  problems: ['free-mints-not-granted', 'asset-not-offered'],
  answer: Sale,
  status: 201,
  decide: (sale, command) => openSale(sale, opening(command)),
  view: (sale, _, version) => saleView(sale, version),
} as const satisfies Mutation;
