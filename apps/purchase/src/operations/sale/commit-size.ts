import type { SaleEvent } from '#shared/domain/sale/events.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import { MAX_COMMIT_BYTES } from '#shared/event-store/commit.js';
import { saleView } from '../../reads/views.js';
import type { CommandToDecide } from '../operation.js';

/** Bytes of a commit besides request, events and answer: key, fingerprint, hashes, trace. */
const COMMIT_OVERHEAD_BYTES = 8 * 1024;
export const MOST_BYTES = MAX_COMMIT_BYTES - COMMIT_OVERHEAD_BYTES;

/**
 * Bytes in a commit for a request, its events, and an answer that shows the sale. The answer is JSON text within JSON, so it is escaped.
 */
export function commitBytes({ request }: Pick<CommandToDecide, 'request'>, events: readonly SaleEvent[], sale: Sale): number {
  const answer = JSON.stringify(saleView(sale, 1));
  return [request, events, answer].reduce<number>((sum, part) => sum + Buffer.byteLength(JSON.stringify(part)), 0);
}
