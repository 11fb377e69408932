/** How every command of ours ends. `findings`: the check ran and something is wrong. `failed`: wrong usage, or the check could not run. `logBroken` and `halted` are the replay's. */
export const EXIT = { ok: 0, findings: 1, failed: 2, logBroken: 3, halted: 4 } as const;
