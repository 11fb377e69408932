import type { QueryRunner } from 'typeorm';
import { Fault } from '#shared/kernel/fault.js';
import { LIVE, OWNER, PROJECTOR, READER, REPLAY, SHADOW } from './names.js';

/** URLs of the three login roles of the apps; the password in each URL becomes the role's password. */
export interface RoleUrls {
  readonly projector: string;
  readonly reader: string;
  readonly replay: string;
}

/** Creates missing roles and schemas and sets the passwords. Runs as the administrator, under the migration lock. */
export async function prepareRoles(admin: QueryRunner, urls: RoleUrls): Promise<void> {
  const passwords = [
    [PROJECTOR, passwordIn(urls.projector, PROJECTOR)],
    [READER, passwordIn(urls.reader, READER)],
    [REPLAY, passwordIn(urls.replay, REPLAY)],
  ] as const;
  await ensureRole(admin, OWNER, 'nologin');
  await admin.query(`grant ${OWNER} to current_user`);
  for (const [role, password] of passwords) {
    await ensureRole(admin, role, 'login');
    const statement: [{ sql: string }] = await admin.query(`select format('alter role %I password %L', $1::text, $2::text) as sql`, [
      role,
      password,
    ]);
    await admin.query(statement[0].sql);
  }
  for (const schema of [LIVE, SHADOW]) await admin.query(`create schema if not exists ${schema} authorization ${OWNER}`);
}

async function ensureRole(admin: QueryRunner, role: string, login: 'login' | 'nologin'): Promise<void> {
  const found: readonly unknown[] = await admin.query('select 1 from pg_roles where rolname = $1', [role]);
  if (found.length === 0) await admin.query(`create role ${role} ${login} nosuperuser nocreatedb nocreaterole nobypassrls`);
}

function passwordIn(url: string, role: string): string {
  const problem = (reason: string): Fault => new Fault('configuration', { problems: [`the database URL of ${role} ${reason}`] });
  if (!URL.canParse(url)) throw problem('is missing or not a URL');
  const { username, password } = new URL(url);
  if (decodeURIComponent(username) !== role) throw problem(`names the user "${decodeURIComponent(username)}"`);
  if (password === '') throw problem('has no password');
  return decodeURIComponent(password);
}
