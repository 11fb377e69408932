import { withLedger } from '#shared/platform/ledger-reading.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Lack } from '#shared/platform/topology/server-lacks.js';
import { codeOf, type Finding, reasonOf, shownUrl } from './finding.js';

/** The first version with views that run with the caller's permissions. */
const OLDEST_POSTGRES = 15;
const VERSION_PARTS = 10_000; // server_version_num: 150004 is 15.4

const VARIABLES = ['DATABASE_ADMIN_URL', 'DATABASE_PROJECTOR_URL', 'DATABASE_READER_URL', 'DATABASE_REPLAY_URL'] as const;
type Variable = (typeof VARIABLES)[number];

const SERVER = `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
    current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits,
    me.rolsuper as super, me.rolbypassrls as bypass, me.rolcreaterole or me.rolsuper as creates,
    to_regclass('ledger.migration') is not null as migrated
  from pg_roles me where me.rolname = current_user`;

interface Row {
  readonly version: number;
  readonly encoding: string;
  readonly fsync: string;
  readonly commits: string;
  readonly super: boolean;
  readonly bypass: boolean;
  readonly creates: boolean;
  readonly migrated: boolean;
}

/** Each database URL of the environment. */
export async function checkPostgres(environment: Environment): Promise<Finding[]> {
  const given = VARIABLES.filter((variable) => environment[variable] !== '');
  if (given.length === 0) return [{ part: 'Postgres', of: 'no URL', lacks: [], skipped: `${VARIABLES.join(', ')} are not set` }];
  return Promise.all(
    given.map(async (variable) => ({
      part: 'Postgres' as const,
      of: `${variable} ${shownUrl(environment[variable])}`,
      lacks: await lacksOf(variable, environment[variable]),
    })),
  );
}

async function lacksOf(variable: Variable, url: string): Promise<Lack[]> {
  try {
    return await withLedger(url, async (client) => lacksIn(variable, (await client.query<Row>(SERVER)).rows[0] as Row));
  } catch (thrown) {
    return [refusal(variable, url, thrown)];
  }
}

function lacksIn(variable: Variable, row: Row): Lack[] {
  const isAdmin = variable === 'DATABASE_ADMIN_URL';
  const lacks: readonly (Lack & { readonly when: boolean })[] = [
    {
      when: row.version < OLDEST_POSTGRES * VERSION_PARTS,
      what: `it is Postgres ${Math.floor(row.version / VERSION_PARTS)}, and ${OLDEST_POSTGRES} or newer is needed`,
      cure: 'use a newer server',
    },
    { when: row.encoding !== 'UTF8', what: `the database has the encoding ${row.encoding}`, cure: 'create it with encoding UTF8' },
    { when: row.fsync !== 'on', what: 'fsync is off: a power cut destroys the database', cure: 'set fsync = on' },
    { when: row.commits === 'off', what: 'synchronous_commit is off', cure: 'set synchronous_commit = on' },
    {
      when: isAdmin && !row.creates,
      what: 'its role may not create roles, so admit ledger migrate fails',
      cure: 'grant it CREATEROLE, and CREATE on the database',
    },
    {
      when: !isAdmin && (row.super || row.bypass),
      what: `the role of ${variable} is a superuser or passes by row-level security: the app refuses to start with it`,
      cure: 'use the role that `npx admit ledger migrate` creates: admit_projector, admit_reader, admit_replay',
    },
    {
      when: !isAdmin && !row.migrated,
      what: 'it has no tables of the ledger',
      cure: 'run `npx admit ledger migrate` with DATABASE_ADMIN_URL',
    },
  ];
  return lacks.flatMap(({ when, what, cure }) => (when ? [{ what, cure }] : []));
}

/** Error codes of Postgres and Node: the problem, and who can solve it. */
function refusal(variable: Variable, url: string, thrown: unknown): Lack {
  const code = codeOf(thrown);
  const reason = reasonOf(thrown);
  const cures: readonly (readonly [test: boolean, what: string, cure: string])[] = [
    [
      code === '28P01' || code === '28000',
      `${variable} is refused (${reason})`,
      variable === 'DATABASE_ADMIN_URL'
        ? 'correct user and password in the URL'
        : 'run `npx admit ledger migrate`, which creates the role with the password of this URL',
    ],
    [code === '3D000', `${variable} names a database that does not exist (${reason})`, 'create it: createdb --encoding=UTF8'],
    [
      /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(code) || /SSL/.test(reason),
      `no TLS connection for ${variable} (${code || reason})`,
      'set NODE_EXTRA_CA_CERTS to the file of the authority’s certificate, connect by a name that is in the server’s certificate, and leave sslmode out only where the server has no TLS',
    ],
  ];
  const found = cures.find(([test]) => test);
  if (found !== undefined) return { what: found[1], cure: found[2] };
  return { what: `no Postgres responds at ${shownUrl(url)} (${reason})`, cure: `start it, or correct ${variable}` };
}
