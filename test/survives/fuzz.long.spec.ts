import { fuzz } from '../../dev/fuzz/fuzz.js';
import { Stage } from '../stages/stage.js';

const MINUTE_MS = 60_000;
/** Includes the start of a stack, and the time to mint the requested tickets. */
const LONG_MS = 15 * MINUTE_MS;
const SEED = 7;

const stage = Stage.forTests();

it(
  'keeps every promise for a minute in which everything is asked of it, and its parts are ended now and then',
  async () => {
    const { findings, requests, acknowledged, repeated, replay } = await fuzz(stage.folder('fuzz'), MINUTE_MS, SEED, () => undefined);
    expect(findings).toEqual([]);
    expect(replay).toMatch(/^equal/);
    expect(requests).toBeGreaterThan(500);
    expect(repeated).toBe(acknowledged);
  },
  LONG_MS,
);
