import { z } from 'zod';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { Answer } from '#shared/platform/http/answer.js';
import { accountInstructions } from '#shared/platform/tenants/nats-account.js';
import { goodAt, type Tenant } from '#shared/platform/tenants/tenant.js';
import { type Issued, TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { found, problemAnswer } from '../problems.js';
import type { Action, OperatorContext } from './action.js';

const MS_PER_HOUR = 3_600_000;
/** As with `admit tenant rotate`. */
const MAX_OVERLAP_HOURS = 24 * 90;

const Create = z.strictObject({ tenant: z.string().regex(TENANT_PATTERN), freeMints: z.boolean().default(false) });
const Rotate = z.strictObject({
  apiKey: z.boolean(),
  webhookSecret: z.boolean(),
  natsKey: z.boolean(),
  overlapHours: z.number().min(0).max(MAX_OVERLAP_HOURS),
});

/** Without anything secret. */
function shown({ tenant, status, apiKeys, webhookSecrets, natsUser, grants = [], createdAt, changedAt }: Tenant) {
  const now = Date.now();
  const good = goodAt(apiKeys, now);
  return {
    tenant,
    status,
    apiKeys: good.filter(({ readOnly }) => readOnly !== true).length,
    webhookSecrets: goodAt(webhookSecrets, now).length,
    nats: natsUser === undefined ? 'password' : 'key',
    grants,
    createdAt,
    changedAt,
  };
}

/** What is shown once. */
function issuedTo({ environment }: OperatorContext, { tenant, apiKey, webhookSecret, natsSeed }: Issued) {
  const followed = environment.NATS_ACCOUNTS === 'followed';
  const account = natsSeed === undefined || followed ? undefined : accountInstructions(tenant);
  return { tenant: tenant.tenant, apiKey, webhookSecret, natsSeed, account };
}

const setStatus =
  (status: Tenant['status']): Action['run'] =>
  async ({ connection }, { params: { tenant = '' } }): Promise<Answer> =>
    found(shown(await (await TenantRegister.on(connection)).setStatus(tenant, status)));

/** The same as `admit tenant`. */
export const TENANT_ACTIONS: readonly Action[] = [
  {
    method: 'GET',
    path: '/operator/tenants',
    run: async ({ connection }) => found({ tenants: (await (await TenantRegister.on(connection)).list()).map(shown) }),
  },
  {
    method: 'POST',
    path: '/operator/tenants',
    body: Create,
    run: async (context, { body }) => {
      const { tenant, freeMints } = body as z.infer<typeof Create>;
      const register = await TenantRegister.on(context.connection);
      const issued = await register.create(tenant, freeMints ? { grants: ['free-mints'] } : {});
      return issued === undefined ? problemAnswer('tenant-exists') : found(issuedTo(context, issued), 201);
    },
  },
  {
    method: 'POST',
    path: '/operator/tenants/:tenant/rotate',
    body: Rotate,
    run: async (context, { params: { tenant = '' }, body }) => {
      const { natsKey: natsUser, overlapHours, ...which } = body as z.infer<typeof Rotate>;
      const register = await TenantRegister.on(context.connection);
      return found(issuedTo(context, await register.rotate(tenant, { ...which, natsUser, overlapMs: overlapHours * MS_PER_HOUR })));
    },
  },
  { method: 'POST', path: '/operator/tenants/:tenant/disable', run: setStatus('disabled') },
  { method: 'POST', path: '/operator/tenants/:tenant/enable', run: setStatus('active') },
  {
    method: 'POST',
    path: '/operator/tenants/:tenant/read-key',
    run: async ({ connection }, { params: { tenant = '' } }) => found(await (await TenantRegister.on(connection)).issueReadKey(tenant)),
  },
];
