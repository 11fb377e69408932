import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { publish } from '#shared/platform/http/docs/docs.controller.js';
import { idempotencyPolicy, POLICY_PATH } from './idempotency-policy.js';

export const RATE = Symbol('how fast a tenant may ask one process');
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

@Controller()
export class PolicyController {
  private readonly policy: string;

  constructor(@Inject(RATE) rate: Rate) {
    this.policy = JSON.stringify(idempotencyPolicy(rate));
  }

  @Get(POLICY_PATH)
  idempotency(@Res() reply: FastifyReply): void {
    publish(reply, this.policy);
  }
}
