import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '#shared/kernel/hash.js';
import type { Answer } from '#shared/platform/http/answer.js';
import { send } from '#shared/platform/http/reply.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { problemAnswer } from '../problems.js';

const BEARER = /^Bearer +([A-Za-z0-9_-]{1,256}) *$/i;

/** Knows the operator by a token. Digests of equal length are compared, in constant time: the answer's time says nothing of the token. */
@Injectable()
export class OperatorGuard {
  private readonly digest: Buffer | undefined;

  /** CONSOLE_OPERATOR_TOKEN empty: no caller is an operator here. */
  constructor(@Inject(ENVIRONMENT) { CONSOLE_OPERATOR_TOKEN: token }: Environment) {
    this.digest = token === '' ? undefined : digestOf(token);
  }

  /** Answers the request with `work`'s result, or with the problem of a caller who is no operator. */
  async serve(request: FastifyRequest, reply: FastifyReply, work: () => Promise<Answer>): Promise<void> {
    send(reply, this.refuse(request) ?? (await work()));
  }

  private refuse({ headers: { authorization } }: FastifyRequest): Answer | undefined {
    if (this.digest === undefined) return problemAnswer('no-operator');
    const given = BEARER.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digestOf(given), this.digest) ? undefined : problemAnswer('operator-unauthorized');
  }
}

const digestOf = (token: string): Buffer => Buffer.from(sha256(token), 'hex');
