import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { publish } from '#shared/platform/http/docs/docs.controller.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ENVIRONMENT } from '#shared/platform/process/process.module.js';
import { idempotencyPolicy, POLICY_PATH } from './idempotency-policy.js';

@Controller()
export class PolicyController {
  private readonly policy: string;

  constructor(@Inject(ENVIRONMENT) { TENANT_RATE: perSecond, TENANT_BURST: burst }: Environment) {
    this.policy = JSON.stringify(idempotencyPolicy({ perSecond, burst }));
  }

  @Get(POLICY_PATH)
  idempotency(@Res() reply: FastifyReply): void {
    publish(reply, this.policy);
  }
}
