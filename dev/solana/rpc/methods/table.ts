import { accountMethods } from './accounts.js';
import { blockMethods } from './blocks.js';
import { historyMethods } from './history.js';
import type { Method } from './params.js';
import { sendMethods } from './send.js';
import { tokenMethods } from './tokens.js';

export const RPC_METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...blockMethods, ...accountMethods, ...tokenMethods, ...sendMethods, ...historyMethods }),
);
