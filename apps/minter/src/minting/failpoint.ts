import { Fault } from '#shared/kernel/fault.js';

/** The steps of a mint at which a test may kill the process. */
export const MINT_STEPS = ['before-sign', 'between-log-and-send', 'between-send-and-completion'] as const;
/** … and the step that makes a minted ticket void. */
export const FAILPOINTS = [...MINT_STEPS, 'before-void'] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

/** Called at every step; does nothing, except in a test that named the step. */
export type FailpointHook = (step: Failpoint) => void;

const NOTHING: FailpointHook = () => undefined;

/** Cannot be caught: no buffer is flushed and no connection closed, as when the machine crashes. */
const dieAtOnce = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** A step, and which pass through it: `before-sign:3` is the third one. */
const NAMED = /^(?<step>[a-z-]+)(?::(?<passing>[1-9]\d*))?$/;

/**
 * Lets tests kill this process at a named step. Outside of tests the name is not even read. @throws Fault `configuration` for an unknown
 * step
 */
export function armFailpoint(
  { NODE_ENV, FAILPOINT }: { readonly NODE_ENV: string; readonly FAILPOINT: string },
  die = dieAtOnce,
): FailpointHook {
  if (NODE_ENV !== 'test' || FAILPOINT === '') return NOTHING;
  const { step: wanted = '', passing = '1' } = NAMED.exec(FAILPOINT)?.groups ?? {};
  if (!(FAILPOINTS as readonly string[]).includes(wanted)) {
    throw new Fault('configuration', { problems: [`FAILPOINT is ${FAILPOINT}, but the steps are ${FAILPOINTS.join(', ')}`] });
  }
  let left = Number(passing);
  return (step) => {
    if (step !== wanted) return;
    left -= 1;
    if (left === 0) die();
  };
}
