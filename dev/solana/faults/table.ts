import type { Fault } from './fault.js';
import { readingFaults } from './reading.js';
import { sendingFaults } from './sending.js';
import { transportFaults } from './transport.js';

/** In the order in which they apply to a call: network faults first, then node faults. A new fault is an entry here. */
export const FAULTS: readonly Fault[] = [...transportFaults, ...readingFaults, ...sendingFaults];
