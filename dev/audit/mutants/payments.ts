import type { Mutant } from '../mutant.js';

/** What holds the news of payments. */
export const PAYMENT_MUTANTS: readonly Mutant[] = [
  {
    guard: 'webhook signature: none is looked at',
    file: 'apps/purchase/src/http/payment-webhook.ts',
    from: 'if (!this.isSigned(addressed.value.data.tenant, headers, body))',
    to: 'if (body.length === 0)',
    checks: ['minting WI1'],
    specs: ['apps/purchase/src/http/payment-webhook.spec.ts'],
  },
  {
    guard: 'webhook key: an event has no key of its own',
    file: 'apps/purchase/src/http/payment-webhook.ts',
    from: "namespace: 'webhook', tenant: whose, key, traceparent",
    to: "namespace: 'webhook', tenant: whose, key: key + Math.random(), traceparent",
    checks: ['minting WI6'],
    specs: ['test/audit/webhooks.spec.ts'],
    tests: ['has no effect again four days later', 'shows on the order what was told'],
  },
  {
    guard: 'payment counted once: under another event it counts again',
    file: 'libs/shared/src/domain/sale/payment-news.ts',
    from: 'if (known?.received !== undefined) return { events: [] };',
    to: '',
    checks: ['minting WI2', 'minting WI6'],
    specs: ['test/audit/webhooks.spec.ts', 'libs/shared/src/domain/sale/payments.spec.ts'],
    tests: ['confirms once what 50 copies', 'shows on the order what was told', 'ends in the same state in whatever order'],
  },
  {
    guard: 'payments only grow: what went back is added up',
    file: 'libs/shared/src/domain/sale/payments.ts',
    from: 'refunded > before.refunded ? refunded : before.refunded',
    to: 'refunded + before.refunded',
    checks: ['minting WI6'],
    specs: ['libs/shared/src/domain/sale/payments.spec.ts'],
  },
  {
    guard: 'payment on the order: it is not told',
    file: 'apps/purchase/src/views.ts',
    from: '    ...(payment !== undefined && { payment }),\n',
    to: '',
    checks: ['minting WI4'],
    specs: ['test/audit/webhooks.spec.ts'],
    tests: ['shows on the order what was told', 'confirms once what 50 copies'],
  },
  {
    guard: 'owed: money that came twice is kept',
    file: 'libs/shared/src/domain/sale/settle-payment.ts',
    from: "return [received, owe(paid, order.status === 'cancelled' ? 'cancelled' : 'paid-twice')];",
    to: 'return [received];',
    checks: ['minting WI4'],
    specs: ['libs/shared/src/domain/sale/payments.spec.ts'],
  },
  {
    guard: '2xx for a copy: one that is in process is told 409',
    file: 'apps/purchase/src/http/payment-webhook.ts',
    from: "answer.status === 202 || codeOf(answer) === 'in-progress'",
    to: 'answer.status === 202',
    checks: ['minting WI5'],
    specs: ['apps/purchase/src/http/payment-webhook.spec.ts'],
  },
];
