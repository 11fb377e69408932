import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { JetStreamApiError } from '@nats-io/jetstream';
import type { z } from 'zod';
import type { NamedValues } from '#shared/event-store/named-values.js';
import type { PageCursors } from '#shared/platform/http/page-cursors.js';
import type { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { newWebhookSecret } from '#shared/platform/tenants/credentials.js';
import { type Endpoint, endpointName, endpointsOf, idOf, REMOVED, readEndpoint, secretName } from '#shared/platform/webhooks/endpoint.js';
import { bytesOf, DeadEvent, deadName, deadOf, readValue, taskSubject } from '#shared/platform/webhooks/feed.js';
import { type Targets, targetProblem } from '#shared/platform/webhooks/target.js';
import type { PurchaseMetrics } from '../metrics.js';
import { AddWebhook, ChangeWebhook, ListDeliveries, ListWebhooks, OfWebhook, RedeliverWebhook } from '../operations/webhook/requests.js';
import { readQuery, tagged } from '../reads/read-query.js';
import { type Answer, invalid, problemAnswer } from '../requests/answer.js';
import { deliveriesOf, endpointView } from './webhook-views.js';

/** Endpoints per tenant: each gets every event, on its own connections. */
const MAX_ENDPOINTS = 10;
/** Valid secrets per endpoint: each adds a signature to every delivery. */
const MAX_SECRETS = 4;
/** After a rotation, the previous secret signs too for this long. */
const ROTATION_MS = 24 * 3_600_000;
/** Events that one request may resend. */
export const MAX_REDELIVERED = 200;
/** 130 bits and more. */
const EVENT_BYTES = 17;
/** The error for a subject that already has a message. */
const THERE_IS_ONE = 10077;

export interface WebhookSettingsParts {
  readonly endpoints: NamedValues;
  readonly endpointNames: Pick<LookupNames, 'next'>;
  readonly secrets: Pick<NamedValues, 'put'>;
  readonly feeds: NamedValues;
  readonly feedNames: Pick<LookupNames, 'next'>;
  readonly publish: (subject: string) => Promise<void>;
  readonly endOfLog: () => Promise<number>;
  readonly cursors: (tenant: string, endpoint: string) => PageCursors;
  readonly targets: Targets;
  readonly metrics: Pick<PurchaseMetrics, 'answered'>;
  readonly logger: Logger;
}

interface Found {
  readonly endpoint: Endpoint;
  readonly revision: number;
}

/** The webhook endpoints of tenants. Its methods answer requests; none of them throws. */
export class WebhookSettings {
  constructor(private readonly parts: WebhookSettingsParts) {}

  add(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.add', AddWebhook, body, async (added) => {
      const wrong = this.urlProblem(added.url);
      if (wrong !== undefined) return wrong;
      const before = await this.parts.endpoints.get(endpointName(tenant, added.endpoint));
      const there = before && readEndpoint(before.bytes);
      if (there === undefined) return this.addNew(tenant, added, before?.revision ?? 0);
      if (there.url !== added.url || !isDeepStrictEqual(there.types, added.types)) return problemAnswer('endpoint-exists');
      await this.begin(tenant, added.endpoint); // the previous request may have failed here
      return answer(endpointView(there));
    });
  }

  private async addNew(tenant: string, { secret: given, ...added }: z.infer<typeof AddWebhook>, after: number): Promise<Answer> {
    if ((await this.all(tenant)).length >= MAX_ENDPOINTS) return problemAnswer('too-many-endpoints');
    const now = new Date().toISOString();
    const since = await this.parts.endOfLog();
    const endpoint: Endpoint = { ...added, since, secrets: [{ number: 1 }], createdAt: now, changedAt: now };
    const secret = given ?? newWebhookSecret();
    await this.parts.secrets.put(secretName(tenant, added.endpoint, since, 1), Buffer.from(secret));
    if (!(await this.put(tenant, endpoint, after))) return problemAnswer('endpoint-exists');
    await this.begin(tenant, added.endpoint);
    return answer({ ...endpointView(endpoint), secret });
  }

  change(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.change', ChangeWebhook, body, ({ endpoint: id, url, types }) => {
      const wrong = url === undefined ? undefined : this.urlProblem(url);
      if (wrong !== undefined) return Promise.resolve(wrong);
      return this.changing(tenant, id, async ({ types: typesBefore, ...endpoint }) => {
        const chosen = types === undefined ? typesBefore : (types ?? undefined);
        const changed = { ...endpoint, url: url ?? endpoint.url, ...(chosen !== undefined && { types: chosen }) };
        return { changed, view: endpointView(changed) };
      });
    });
  }

  remove(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.remove', OfWebhook, body, async ({ endpoint: id }) => {
      for (;;) {
        const found = await this.find(tenant, id);
        if (found === undefined) return problemAnswer('endpoint-unknown');
        if (!(await this.parts.endpoints.put(endpointName(tenant, id), bytesOf(REMOVED), found.revision))) continue;
        const { since, secrets } = found.endpoint;
        await Promise.all(secrets.map(({ number }) => this.parts.secrets.put(secretName(tenant, id, since, number), new Uint8Array())));
        return answer({ endpoint: id, removed: true });
      }
    });
  }

  rotate(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.rotate', OfWebhook, body, ({ endpoint: id }) =>
      this.changing(tenant, id, async (endpoint) => {
        const now = Date.now();
        const good = endpoint.secrets.filter(({ until }) => until === undefined || now < until);
        if (good.length >= MAX_SECRETS) return { refused: problemAnswer('too-many-secrets') };
        const number = Math.max(...endpoint.secrets.map((secret) => secret.number)) + 1;
        const secret = newWebhookSecret();
        await this.parts.secrets.put(secretName(tenant, id, endpoint.since, number), Buffer.from(secret));
        const old = good.map((one) => ({ number: one.number, until: one.until ?? now + ROTATION_MS }));
        const changed = { ...endpoint, secrets: [{ number }, ...old] };
        return { changed, view: { ...endpointView(changed), secret } };
      }),
    );
  }

  test(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.test', OfWebhook, body, async ({ endpoint: id }) => {
      if ((await this.find(tenant, id)) === undefined) return problemAnswer('endpoint-unknown');
      const event = idOf(randomBytes(EVENT_BYTES));
      await this.ask(taskSubject(tenant, id, 'test', event));
      return answer({ endpoint: id, event });
    });
  }

  redeliver(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.redeliver', RedeliverWebhook, body, async ({ endpoint: id, event }) => {
      const found = await this.find(tenant, id);
      if (found === undefined) return problemAnswer('endpoint-unknown');
      const { since } = found.endpoint;
      const events = event === undefined ? (await this.dead(tenant, id, since)).map((one) => one.event) : [event];
      if (event !== undefined && !(await this.isDead(tenant, id, since, event))) return problemAnswer('event-unknown');
      for (const one of events) await this.ask(taskSubject(tenant, id, 'event', one));
      return answer({ endpoint: id, events });
    });
  }

  list(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.list', ListWebhooks, body, async () =>
      tagged({ endpoints: (await this.all(tenant)).map(endpointView) }),
    );
  }

  deliveries(tenant: string, body: Uint8Array): Promise<Answer> {
    return this.answering(tenant, 'webhook.deliveries', ListDeliveries, body, async ({ endpoint: id, limit = 50, cursor }) => {
      const found = await this.find(tenant, id);
      if (found === undefined) return problemAnswer('endpoint-unknown');
      const cursors = this.parts.cursors(tenant, id);
      const after = cursor === undefined ? [0] : cursors.open(cursor);
      if (after === undefined) return problemAnswer('cursor-unknown');
      const page = await deliveriesOf(this.parts, { tenant, endpoint: id, since: found.endpoint.since }, Number(after[0]), limit);
      const dead =
        after[0] === 0
          ? (await this.dead(tenant, id, found.endpoint.since)).map(({ event, dead: { sale, tries, last } }) => ({
              event,
              sale,
              attempts: tries,
              last,
            }))
          : [];
      return tagged({ endpoint: id, ...page.view, dead, ...(page.last !== undefined && { next: cursors.seal([page.last]) }) });
    });
  }

  private urlProblem(url: string): Answer | undefined {
    const detail = targetProblem(url, this.parts.targets);
    return detail === undefined ? undefined : invalid([{ pointer: '/url', detail }]);
  }

  /** Changes an endpoint, with a retry if another request changes it at the same time. */
  private async changing(
    tenant: string,
    id: string,
    change: (endpoint: Endpoint) => Promise<{ readonly changed: Endpoint; readonly view: object } | { readonly refused: Answer }>,
  ): Promise<Answer> {
    for (;;) {
      const found = await this.find(tenant, id);
      if (found === undefined) return problemAnswer('endpoint-unknown');
      const changed = await change({ ...found.endpoint, changedAt: new Date().toISOString() });
      if ('refused' in changed) return changed.refused;
      if (await this.put(tenant, changed.changed, found.revision)) return answer(changed.view);
    }
  }

  private async find(tenant: string, id: string): Promise<Found | undefined> {
    const found = await this.parts.endpoints.get(endpointName(tenant, id));
    const endpoint = found && readEndpoint(found.bytes);
    return found && endpoint && { endpoint, revision: found.revision };
  }

  private put(tenant: string, endpoint: Endpoint, after: number): Promise<boolean> {
    return this.parts.endpoints.put(endpointName(tenant, endpoint.endpoint), bytesOf(endpoint), after);
  }

  private async all(tenant: string): Promise<Endpoint[]> {
    const all = new Map<string, Endpoint>(); // one that is changed meanwhile is found again
    for (let place = 0; ; ) {
      const found = await this.parts.endpointNames.next(endpointsOf(tenant), place);
      if (found === undefined) return [...all.values()].sort((left, right) => (left.endpoint < right.endpoint ? -1 : 1));
      const endpoint = readEndpoint(found.bytes);
      if (endpoint === undefined) all.delete(found.name);
      else all.set(found.name, endpoint);
      place = found.place;
    }
  }

  private async isDead(tenant: string, id: string, since: number, event: string): Promise<boolean> {
    const found = await this.parts.feeds.get(deadName(tenant, id, event));
    const dead = found && readValue(DeadEvent, found.bytes);
    return dead?.since === since && dead.ended === undefined;
  }

  private async dead(tenant: string, id: string, since: number): Promise<{ readonly event: string; readonly dead: DeadEvent }[]> {
    const prefix = deadOf(tenant, id);
    const all = new Map<string, { readonly event: string; readonly dead: DeadEvent }>(); // one that changes meanwhile is found again
    for (let place = 0; all.size < MAX_REDELIVERED; ) {
      const found = await this.parts.feedNames.next(prefix, place);
      if (found === undefined) break;
      const dead = readValue(DeadEvent, found.bytes);
      if (dead.since === since && dead.ended === undefined) all.set(found.name, { event: found.name.slice(prefix.length), dead });
      else all.delete(found.name);
      place = found.place;
    }
    return [...all.values()];
  }

  private begin(tenant: string, id: string): Promise<void> {
    return this.ask(taskSubject(tenant, id, 'begin', 'all'));
  }

  private async ask(subject: string): Promise<void> {
    try {
      await this.parts.publish(subject);
    } catch (thrown) {
      if (!(thrown instanceof JetStreamApiError) || thrown.code !== THERE_IS_ONE) throw thrown;
    }
  }

  private async answering<T extends z.ZodType>(
    tenant: string,
    operation: string,
    schema: T,
    body: Uint8Array,
    work: (request: z.infer<T>) => Promise<Answer>,
  ): Promise<Answer> {
    const query = readQuery(tenant, schema, body);
    if ('problem' in query) return query.problem;
    const cameAt = performance.now();
    const answered = await work(query.ok).catch((thrown: unknown) => {
      this.parts.logger.warn({ err: thrown, operation }, 'webhook settings could not be read or changed');
      return problemAnswer('log-unreachable');
    });
    this.parts.metrics.answered(tenant, operation, answered, performance.now() - cameAt);
    return answered;
  }
}

const answer = (view: object): Answer => ({ status: 200, body: JSON.stringify(view) });
