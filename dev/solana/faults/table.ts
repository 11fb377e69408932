import type { Fault } from './fault.js';
import { readingFaults } from './reading.js';
import { sendingFaults } from './sending.js';
import { transportFaults } from './transport.js';

/** In the order in which a call meets them: the network first, then the node. A new fault is an entry here. */
export const FAULTS: readonly Fault[] = [...transportFaults, ...readingFaults, ...sendingFaults];
