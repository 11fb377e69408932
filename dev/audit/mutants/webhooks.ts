import type { Mutant } from '../mutant.js';

const SENDER = 'apps/webhooks/src/delivery/webhook-sender.ts';
const SENDER_SPECS = ['apps/webhooks/src/delivery/webhook-sender.spec.ts'];
const RUNNER = 'apps/webhooks/src/feeds/feed-runner.ts';
const RUNNER_SPECS = ['apps/webhooks/src/feeds/feed-runner.spec.ts'];

/** Guards of the webhooks that are sent to tenants' endpoints. */
export const WEBHOOK_MUTANTS: readonly Mutant[] = [
  {
    guard: 'webhooks to public addresses alone: an address in the URL may be any',
    file: SENDER,
    from: '(address !== undefined && !isPublicAddress(address))',
    to: 'address === ""',
    checks: ['L8'],
    specs: SENDER_SPECS,
  },
  {
    guard: 'webhooks to public addresses alone: a name may lead to any',
    file: 'apps/webhooks/src/delivery/checked-lookup.ts',
    from: "targets === 'any' ? wanted : wanted.filter(({ address }) => isPublicAddress(address))",
    to: 'wanted',
    checks: ['L8'],
    specs: SENDER_SPECS,
  },
  {
    guard: 'webhooks to public addresses alone: those of IPv6 are not compared',
    file: 'libs/shared/src/platform/webhooks/target.ts',
    from: "return family === 6 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');",
    to: 'return family === 6;',
    checks: ['L8'],
    specs: SENDER_SPECS,
  },
  {
    guard: 'webhooks are signed: with a secret that is not over',
    file: SENDER,
    from: "secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ')",
    to: "secrets.slice(1).map((secret) => new Webhook(secret).sign(id, at, body)).join(' ')",
    checks: ['L8'],
    specs: SENDER_SPECS,
  },
  {
    guard: 'webhooks in the order of the sale: the next is sent although one was refused',
    file: RUNNER,
    from: 'if (this.isWanted(event) && !(await this.deliver(event))) return this.keepFor',
    to: 'if (this.isWanted(event) && (await this.deliver(event)) === undefined) return this.keepFor',
    checks: ['L3'],
    specs: RUNNER_SPECS,
  },
  {
    guard: 'webhooks are tried for three days: they are set aside at the first refusal',
    file: RUNNER,
    from: 'now - failingSince >= this.parts.times.giveUpMs',
    to: 'now >= failingSince',
    checks: ['L3', 'L6'],
    specs: RUNNER_SPECS,
  },
  {
    guard: 'webhooks that are given up are set aside: they are dropped',
    file: RUNNER,
    from: '      await this.setAside(event, failed, last);\n',
    to: '',
    checks: ['L3', 'L6'],
    specs: RUNNER_SPECS,
  },
  {
    guard: 'webhooks take turns by endpoint: all share one',
    file: 'apps/webhooks/src/feeds/webhook-work.ts',
    from: `const key = \`\${tenant}.\${id}\`;`,
    to: "const key = '';",
    checks: ['L13'],
    specs: ['apps/webhooks/src/feeds/webhook-work.spec.ts'],
  },
];
