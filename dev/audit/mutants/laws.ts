import type { Mutant } from '../mutant.js';

/**
 * Guards of the laws that neither audit has a check for: L3 (nothing acknowledged is lost), L6 (every order ends), L11 (whatever is accepted can
 * be projected) and L13 (nobody spends another's time).
 */
export const LAW_MUTANTS: readonly Mutant[] = [
  {
    guard: "a tenant's slot: it is not freed when its request ends",
    file: 'libs/shared/src/platform/http/auth-guard.ts',
    from: 'this.admitted.set(request.raw, { tenant, apiKey });\n    this.releaseAtEnd(request, reply, release);',
    to: 'this.admitted.set(request.raw, { tenant, apiKey });',
    checks: ['L13'],
    specs: ['test/tenants-apart/http-slots.spec.ts'],
  },
  {
    guard: 'a slot of an address: it is not freed when its request ends',
    file: 'libs/shared/src/platform/http/auth-guard.ts',
    from: "return this.no('too-many-from-address', {});\n    this.releaseAtEnd(request, reply, release);",
    to: "return this.no('too-many-from-address', {});",
    checks: ['L13'],
    specs: ['test/tenants-apart/http-slots.spec.ts'],
  },
  {
    guard: 'a client that leaves: its slots are freed by an answer alone',
    file: 'libs/shared/src/platform/http/request-end.ts',
    from: 'for (const end of waiting) end();',
    to: 'waiting.clear();',
    checks: ['L13'],
    specs: ['test/tenants-apart/http-slots.spec.ts'],
  },
  {
    guard: 'slots: one that is freed is not counted as free',
    file: 'libs/shared/src/kernel/concurrency/keyed-slots.ts',
    from: 'if (isHeld) this.giveBack(key);',
    to: 'if (!isHeld) this.giveBack(key);',
    checks: ['L13'],
    specs: ['libs/shared/src/kernel/concurrency/keyed-slots.spec.ts', 'test/tenants-apart/http-slots.spec.ts'],
  },
  {
    guard: 'half-open connections give way: one address may hold all of its places for ever',
    file: 'libs/shared/src/platform/http/connections.ts',
    from: 'client.open < this.limits.each || this.closeOldest(client.anonymous)',
    to: 'client.open < this.limits.each',
    checks: ['L13'],
    specs: ['libs/shared/src/platform/http/connections.spec.ts'],
  },
  {
    guard: 'half-open connections give way: many addresses may hold all places of the process',
    file: 'libs/shared/src/platform/http/connections.ts',
    from: 'this.open.size < this.limits.total || this.closeOldest(this.anonymous)',
    to: 'this.open.size < this.limits.total',
    checks: ['L13'],
    specs: ['libs/shared/src/platform/http/connections.spec.ts'],
  },
  {
    guard: 'suspense: a suspended event is applied all the same',
    file: 'libs/shared/src/domain/ledger/suspension.ts',
    from: 'suspended !== undefined && (suspended.has',
    to: 'suspended === null && (suspended.has',
    checks: ['L11'],
    specs: ['test/ledger-replays/ledger-suspense.spec.ts'],
  },
  {
    guard: 'times that fit: any time is accepted',
    file: 'libs/shared/src/domain/values.ts',
    from: 'ms >= EARLIEST_MS && ms <= LATEST_MS ? undefined',
    to: 'ms !== 0.5 ? undefined',
    checks: ['L11'],
    specs: ['libs/shared/src/domain/values.spec.ts'],
  },
  {
    guard: 'a wake-up is done when it is decided: already when its command is stored',
    file: 'apps/purchase/src/requests/internal-commands.ts',
    from: "return stored === 'stored' && (await reply.answer) !== undefined;",
    to: "return stored === 'stored' || (await reply.answer) !== undefined;",
    checks: ['L6'],
    specs: ['test/sells-once/lost-commands.spec.ts'],
    tests: ['although COMMANDS lost the command', 'a wake-up that was decided is acknowledged'],
  },
  {
    guard: 'consumers that are ahead of COMMANDS are reset: they are left where they are',
    file: 'apps/purchase/src/deciding/command-consumers.ts',
    from: 'for (const { name } of stranded > 0 ? consumers : ahead) {',
    to: 'for (const { name } of stranded > 0 ? [] : ahead.slice(ahead.length)) {',
    checks: ['L6'],
    specs: ['test/sells-once/lost-commands.spec.ts'],
    tests: ['is reset when the app', 'a wake-up that was decided is acknowledged'],
  },
  {
    guard: 'a redrive is done when it is decided: already when its copy is stored',
    file: 'apps/cli/src/dead/ask-again.ts',
    from: "if (heard === undefined || heard.done === true) return { became: 'silent' };",
    to: "if (heard === undefined || heard.done === true) return { became: 'decided', status: 202 };",
    checks: ['L3'],
    specs: ['test/same-answer/dead-letters.spec.ts'],
    tests: ['stays open until it is decided', 'does nothing twice when it is redriven'],
  },
];
