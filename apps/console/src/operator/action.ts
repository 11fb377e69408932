import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { isFault } from '#shared/kernel/fault.js';
import type { Answer } from '#shared/platform/http/answer.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { validate } from '#shared/platform/validate.js';
import { problemAnswer } from '../problems.js';
import { Replays } from './replays.js';

type Texts = Readonly<Record<string, string | undefined>>;

/** What actions work with: the connection is the operator's. */
@Injectable()
export class OperatorContext {
  constructor(
    @Inject(NATS) readonly connection: NatsConnection,
    @Inject(ENVIRONMENT) readonly environment: Environment,
    readonly replays: Replays,
  ) {}
}

/** One thing that an operator can read or do, and its route. */
export interface Action {
  readonly method: 'GET' | 'POST';
  readonly path: `/operator/${string}`;
  /** Of a POST with a body; without it no body is read. */
  readonly body?: z.ZodType;
  readonly run: (
    context: OperatorContext,
    request: { readonly params: Texts; readonly query: Texts; readonly body: unknown },
  ) => Promise<Answer>;
}

/** Answers an action. A fault that an operator can act on becomes a problem with its sentence. */
export async function runAction(
  action: Action,
  context: OperatorContext,
  { params, query, body: bytes }: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): Promise<Answer> {
  const body = bodyOf(action, bytes);
  if ('problem' in body) return body.problem;
  try {
    return await action.run(context, { params: params as Texts, query: query as Texts, body: body.value });
  } catch (thrown) {
    if (isFault(thrown, 'tenant-refused') || isFault(thrown, 'configuration')) {
      const { problems = [] } = thrown.context as { readonly problems?: readonly string[] };
      return problemAnswer('not-possible', problems.join('; '));
    }
    if (isFault(thrown, 'log-unreachable')) return problemAnswer('upstream-unreachable', thrown.message);
    throw thrown;
  }
}

function bodyOf({ body: schema }: Action, bytes: unknown): { readonly value: unknown } | { readonly problem: Answer } {
  if (schema === undefined) return { value: undefined };
  const invalid = (detail: string) => ({ problem: problemAnswer('request-invalid', detail) });
  const json = bytes instanceof Buffer ? jsonOf(bytes) : undefined;
  if (json === undefined) return invalid('The body must be JSON.');
  const read = validate(schema, json);
  return 'errors' in read ? invalid(read.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')) : read;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined; // answered as a problem
  }
}
