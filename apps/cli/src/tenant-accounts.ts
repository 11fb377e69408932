import { fmtCreds } from '@nats-io/jwt';
import { nkeys } from '@nats-io/transport-node';
import { Fault } from '#shared/kernel/fault.js';
import { connectForCommand } from '#shared/platform/messaging/nats.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { type KeyedTenant, SignedAccounts, SYSTEM_USER } from '#shared/platform/topology/signed-accounts.js';

const PUSH_SUBJECT = '$SYS.REQ.CLAIMS.UPDATE';
const ANSWER_MS = 5_000;

/** Tenants' accounts on a server in operator mode: signed here, and pushed to the server while it runs. */
export class TenantAccounts {
  private constructor(
    private readonly environment: Environment,
    private readonly signed: SignedAccounts,
  ) {}

  /** @returns undefined unless NATS_ACCOUNTS is `signed` */
  static of(environment: Environment): TenantAccounts | undefined {
    if (environment.NATS_ACCOUNTS !== 'signed') return undefined;
    const signed = new SignedAccounts(environment.NATS_OPERATOR_DIR);
    if (environment.NATS_OPERATOR_DIR !== '' && signed.isComplete) return new TenantAccounts(environment, signed);
    const problem = 'NATS_OPERATOR_DIR: must name the folder that `admit nats config --operator` made';
    throw new Fault('configuration', { problems: [problem] });
  }

  /** Repeatable. @returns the JWT of the tenant's user */
  async push(tenant: Tenant): Promise<string> {
    const { natsUser } = tenant;
    if (natsUser === undefined)
      throw new Fault('tenant-refused', {
        problems: [`${tenant.tenant} has no NATS key: admit tenant rotate ${tenant.tenant} --nats-key makes one`],
      });
    const keyed: KeyedTenant = { tenant: tenant.tenant, status: tenant.status, natsUser };
    await this.update(await this.signed.tenantAccount(keyed));
    return this.signed.tenantUser(keyed);
  }

  /** Rotates the tenant's user: every earlier login is refused afterwards. */
  renew(tenant: Tenant): Promise<string> {
    this.signed.renewSigningKey(tenant.tenant);
    return this.push(tenant);
  }

  private async update(account: string): Promise<void> {
    const servers = this.environment.NATS_URL.split(',');
    const login = { servers, user: SYSTEM_USER, password: '', creds: this.signed.systemCredentials };
    const connection = await connectForCommand(login, 'admit');
    try {
      const response = await connection.request(PUSH_SUBJECT, account, { timeout: ANSWER_MS });
      const { error } = response.json<{ readonly error?: { readonly description?: string } }>();
      if (error !== undefined)
        throw new Fault('configuration', { problems: [`the NATS server did not take the account: ${error.description}`] });
    } finally {
      await connection.close();
    }
  }
}

/** The content of a file for NATS_CREDS, or for the same setting of any other client. */
export const credentialsOf = (jwt: string, seed: string): string =>
  new TextDecoder().decode(fmtCreds(jwt, nkeys.fromSeed(new TextEncoder().encode(seed))));
