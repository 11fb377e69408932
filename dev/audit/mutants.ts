/**
 * A guard, and how a test is run without it. There is no switch in the product: the text of one file is changed on its way into jest
 * (scripts/audit-mutant.mjs), so nothing that is built can have its guards off.
 */
export interface Mutant {
  readonly guard: string;
  readonly file: string;
  /** Stands in the file exactly once: a test says so. */
  readonly from: string;
  readonly to: string;
  /** The check that must fail, and the tests that show it. */
  readonly check: string;
  readonly spec: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    guard: 'expected sequence: append whatever is there',
    file: 'libs/shared/src/event-store/jetstream/jetstream-event-store.ts',
    from: 'expect: { streamName: EVENTS_STREAM, lastSubjectSequence: expected.sequence },',
    to: 'expect: { streamName: EVENTS_STREAM },',
    check: 'minting DL1',
    spec: 'test/integration/orders-crash.spec.ts',
  },
  {
    guard: 'one message per subject: the queue takes copies',
    file: 'libs/shared/src/platform/topology/streams.ts',
    from: 'discard_new_per_subject: true,',
    to: 'discard_new_per_subject: false,',
    check: 'minting QJ2',
    spec: 'test/audit/selling.spec.ts',
  },
  {
    guard: 'fingerprint: any request under a known key is a replay',
    file: 'apps/purchase/src/decisions.ts',
    from: 'if (place.fingerprint === asked.fingerprint)',
    to: 'if (place.fingerprint.length > 0)',
    check: 'blockchain TP-9',
    spec: 'test/integration/orders.spec.ts',
  },
  {
    guard: 'decision in the fold: no key was ever decided',
    file: 'apps/purchase/src/sale-fold.ts',
    from: 'return this.decisions.get(key);',
    to: 'return key === ("" as KeyHash) ? this.decisions.get(key) : undefined;',
    check: 'minting IK4',
    spec: 'test/integration/orders.spec.ts',
  },
  {
    guard: 'key required: none is as good as one',
    file: 'apps/purchase/src/intake.ts',
    from: "if (key === undefined) return { problem: problemAnswer('key-missing') };",
    to: "if (key === undefined) return readCommand({ operation, namespace, tenant, key: 'none', traceparent, body, given });",
    check: 'minting IK1',
    spec: 'test/audit/selling.spec.ts',
  },
  {
    guard: 'key validated: any text is a key',
    file: 'apps/purchase/src/intake.ts',
    from: 'if (!KEY_PATTERN.test(key))',
    to: 'if (key.length === 0)',
    check: 'minting AE4',
    spec: 'test/audit/policy.spec.ts',
  },
  {
    guard: 'in progress: a copy is accepted like the original',
    file: 'apps/purchase/src/intake.ts',
    from: "if (stored === 'copy') return problemAnswer('in-progress');",
    to: '',
    check: 'minting IK7',
    spec: 'test/integration/idempotency.spec.ts',
  },
  {
    guard: 'write ahead: sent before it is logged',
    file: 'apps/minter/src/ticket-minter.ts',
    from: 'const signed = await chain.prepare(mint.plan, attempt);',
    to: 'const signed = await chain.prepare(mint.plan, attempt); await chain.submit({ ticket: mint.plan.ticket, attempt, ...signed }, false);',
    check: 'minting NM6',
    spec: 'test/audit/mints.spec.ts',
  },
  {
    guard: 'planned address: another one at every look',
    file: 'apps/minter/src/chains/memory.ts',
    from: 'const seed = base32(hashFields(tenant, ticket), SEED_LETTERS);',
    to: 'const seed = base32(hashFields(tenant, ticket, String(Math.random())), SEED_LETTERS);',
    check: 'minting QJ1',
    spec: 'test/audit/mints.spec.ts',
  },
  {
    guard: 'planned address: completed wherever it is',
    file: 'libs/shared/src/domain/mint/decide.ts',
    from: 'if (mint.plan.asset !== data.asset)',
    to: "if (data.asset === '')",
    check: 'minting NM7',
    spec: 'libs/shared/src/domain/mint/decide.spec.ts',
  },
  {
    guard: 'metadata document: whatever the ledger says',
    file: 'apps/ledger/src/http/documents.ts',
    from: 'if (hash !== row.document)',
    to: "if (hash === '')",
    check: 'blockchain NFT-5',
    spec: 'test/integration/metadata-documents.spec.ts',
  },
  {
    guard: 'checkpoint cursor: moved wherever it stands',
    file: 'apps/ledger/src/projection/checkpoint.ts',
    from: 'where stream = $3 and sequence = $4 and',
    to: 'where stream = $3 and $4::bigint is not null and',
    check: 'minting UP6',
    spec: 'test/integration/ledger.spec.ts',
  },
  {
    guard: 'newer wins: an older row overwrites',
    file: 'apps/ledger/src/rows/table.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
    from: ' where ${table.name}.sequence <= excluded.sequence',
    to: '',
    check: 'minting UP3',
    spec: 'test/audit/rows.spec.ts',
  },
  {
    guard: 'row-level security: the policy of readers lets everything through',
    file: 'apps/ledger/src/database/tables-sql.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
    from: "using (tenant = nullif(current_setting('${TENANT_SETTING}', true), ''))",
    to: 'using (true)',
    check: 'blockchain SC-5',
    spec: 'test/integration/ledger-tenants.spec.ts',
  },
  {
    guard: 'webhook signature: none is looked at',
    file: 'apps/purchase/src/http/payment-webhook.ts',
    from: 'if (!this.isSigned(addressed.value.data.tenant, headers, body))',
    to: 'if (body.length === 0)',
    check: 'minting WI1',
    spec: 'apps/purchase/src/http/payment-webhook.spec.ts',
  },
  {
    guard: 'webhook key: an event has no key of its own',
    file: 'apps/purchase/src/http/payment-webhook.ts',
    from: "namespace: 'webhook', tenant: whose, key, traceparent",
    to: "namespace: 'webhook', tenant: whose, key: key + Math.random(), traceparent",
    check: 'minting WI6',
    spec: 'test/audit/webhooks.spec.ts',
  },
  {
    guard: 'tenant account: a tenant may publish anything',
    file: 'libs/shared/src/platform/tenants/nats-account.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
    from: 'publish: { allow: [${subject}] }',
    to: 'publish: { allow: [">"] }',
    check: 'blockchain TP-7',
    spec: 'test/integration/subject-safety.spec.ts',
  },
];
