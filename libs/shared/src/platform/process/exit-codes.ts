/**
 * Exit codes of all commands. `findings`: the check ran and found problems. `failed`: wrong usage, or the check could not run.
 * `logBroken` and `halted` belong to the replay. `unknown`: a change got no answer in time, so that it may have been made.
 */
export const EXIT = { ok: 0, findings: 1, failed: 2, logBroken: 3, halted: 4, unknown: 5 } as const;
