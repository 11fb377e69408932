import { Controller, Module, Req, RequestMapping, RequestMethod, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { found } from '../problems.js';
import { type Action, OperatorContext, runAction } from './action.js';
import { DEAD_LETTER_ACTIONS } from './dead-letters.js';
import { HEALTH_ACTIONS } from './health.js';
import { OperatorGuard } from './operator-guard.js';
import { REPLAY_ACTIONS } from './replay-actions.js';
import { Replays } from './replays.js';
import { TENANT_ACTIONS } from './tenants.js';

/** Tells a page whether its token is good, and nothing else. */
const SESSION: Action = { method: 'GET', path: '/operator/session', run: async () => found({ operator: true }) };
const ACTIONS: readonly Action[] = [SESSION, ...DEAD_LETTER_ACTIONS, ...TENANT_ACTIONS, ...REPLAY_ACTIONS, ...HEALTH_ACTIONS];
/** Routes that need the operator's token, and no API key. */
export const OPERATOR_PATHS: readonly string[] = ACTIONS.map(({ path }) => path);

function controllerOf(action: Action): Type {
  @Controller()
  class ActionController {
    constructor(
      private readonly guard: OperatorGuard,
      private readonly context: OperatorContext,
    ) {}

    @RequestMapping({ path: action.path, method: RequestMethod[action.method] })
    serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      return this.guard.serve(request, reply, () => runAction(action, this.context, request));
    }
  }
  return ActionController;
}

/** What the commands of `admit` do for an operator, over HTTP and behind the operator's token. */
@Module({
  controllers: ACTIONS.map(controllerOf),
  providers: [OperatorGuard, Replays, OperatorContext],
})
export class OperatorModule {}
