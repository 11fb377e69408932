import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { z } from 'zod';
import { PaymentNews } from '#shared/domain/sale/commands.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { Logger } from '#shared/platform/logger.js';
import { goodAt } from '#shared/platform/tenants/tenant.js';
import type { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { validate } from '#shared/platform/validate.js';
import { type Answer, invalid, problemAnswer } from '../answer.js';
import type { Intake } from '../intake.js';
import type { OperationName } from '../operations.js';
import { readJson } from '../request-body.js';

export const WEBHOOK_PATH = '/v1/webhooks/payments';
/** An event has some hundred bytes. Its sender is known only after all of them were hashed: less work than this for nobody's sake. */
export const MAX_EVENT_BYTES = 16 * 1024;

const OPERATION_OF = {
  'payment.succeeded': 'payment.confirm',
  'payment.failed': 'payment.fail',
  'payment.refunded': 'payment.refunded',
} as const satisfies Readonly<Record<string, OperationName>>;
type EventType = keyof typeof OPERATION_OF;

const tenant = z.string().regex(TENANT_PATTERN, 'must be a tenant: 1 to 64 of A-Z a-z 0-9 _ -');

/** Providers add members as they grow: what is not known is not heeded. */
export const PaymentEvent = z.object({
  type: z.enum(Object.keys(OPERATION_OF) as [EventType, ...EventType[]]),
  data: z.object({ tenant, ...PaymentNews.shape }),
});

/** Whose secrets to check by: believed for nothing else until the signature holds. */
const Addressed = z.object({ data: z.object({ tenant }) });

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
export type WebhookHeaders = Readonly<Record<(typeof HEADERS)[number], string | undefined>> & { readonly traceparent?: string | undefined };

export interface PaymentWebhookParts {
  readonly intake: Pick<Intake, 'handle'>;
  readonly tenants: Pick<TenantDirectory, 'active'>;
  readonly logger: Logger;
}

/** What payment providers tell, by Standard Webhooks. The event's id is its key: told fifty times, it counts once. */
export class PaymentWebhook {
  constructor(private readonly parts: PaymentWebhookParts) {}

  /** @param body the bytes as they came: another spelling of the same JSON has another signature */
  async receive(headers: WebhookHeaders, body: Buffer): Promise<Answer> {
    if (body.length > MAX_EVENT_BYTES) return problemAnswer('body-too-large', { detail: `${MAX_EVENT_BYTES} bytes are allowed.` });
    const json = readJson(body);
    if ('problem' in json) return json.problem;
    const addressed = validate(Addressed, json.ok);
    if ('errors' in addressed) return invalid(addressed.errors);
    if (!this.isSigned(addressed.value.data.tenant, headers, body)) return problemAnswer('signature-refused');
    const event = validate(PaymentEvent, json.ok);
    return 'errors' in event ? invalid(event.errors) : this.take(event.value, headers['webhook-id'] ?? '', headers.traceparent);
  }

  private isSigned(tenant: string, headers: WebhookHeaders, body: Buffer): boolean {
    const secrets = goodAt(this.parts.tenants.active(tenant)?.webhookSecrets ?? [], Date.now());
    const signed = Object.fromEntries(HEADERS.map((name) => [name, headers[name] ?? '']));
    return secrets.some(({ secret }) => verifies(secret, signed, body));
  }

  private async take({ type, data }: z.infer<typeof PaymentEvent>, key: string, traceparent: string | undefined): Promise<Answer> {
    const { tenant: whose, ...news } = data;
    const body = Buffer.from(JSON.stringify(news));
    const asked = { operation: OPERATION_OF[type], namespace: 'webhook', tenant: whose, key, traceparent, body } as const;
    const answer = await this.parts.intake.handle(asked);
    if (isPending(answer)) return { status: 202, body: RECEIVED };
    if (answer.status < 300) return { status: 200, body: RECEIVED };
    const { sale, order, payment } = news;
    const said = { tenant: whose, sale, order, payment, event: key, status: answer.status, code: codeOf(answer), traceparent };
    this.parts.logger.warn(said, 'an event of a payment provider was not taken');
    return answer.status === REFUSED ? { status: 200, body: RECEIVED } : answer;
  }
}

function verifies(secret: string, headers: Record<string, string>, body: Buffer): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch (thrown) {
    if (thrown instanceof WebhookVerificationError) return false;
    throw thrown;
  }
}

/** Nothing of the order: a provider is told no more than it has to know. */
const RECEIVED = JSON.stringify({ received: true });

/** Decided against, which the key holds for ever: telling it again would change nothing. */
const REFUSED = 409;

/** Stored, and not decided in time; or a copy of it lies in COMMANDS already. */
const isPending = (answer: Answer): boolean => answer.status === 202 || codeOf(answer) === 'in-progress';

const codeOf = ({ body }: Answer): unknown => (JSON.parse(body) as { readonly code?: unknown }).code;
