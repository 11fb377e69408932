import { TRANSITIONS } from '#shared/domain/mint/ticket-mint.js';
import { ORDER_TRANSITIONS } from '#shared/domain/sale/orders/order.js';
import { lifeDiagram } from './life-diagram.js';

const { unknown: mintBegins, ...mintLife } = TRANSITIONS;

/** The pages that show a state machine, and the diagram derived from the code. */
export const LIVES: Readonly<Record<string, string>> = {
  'docs/order-life.md': lifeDiagram({ OrderPlaced: 'held' }, ORDER_TRANSITIONS),
  'docs/mint-life.md': lifeDiagram(mintBegins, mintLife),
};
