import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { Fault } from '#shared/kernel/fault.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import type { Finding } from '../doctor/finding.js';
import { checkNats } from '../doctor/nats.js';
import { checkPostgres } from '../doctor/postgres.js';
import { checkSolana } from '../doctor/solana.js';
import { say, withExitCodes } from '../operator.js';
import { harmless } from '../table.js';

const PARTS = ['nats', 'postgres', 'solana'] as const;

interface DoctorOptions {
  readonly only: readonly (typeof PARTS)[number][];
  readonly credentials?: string;
  readonly monitor?: string;
  readonly json?: boolean;
}

/** `admit doctor` */
export function addDoctorCommand(program: Command): void {
  withExitCodes(program.command('doctor'))
    .description(
      'compare NATS, Postgres and Solana with the requirements; name every missing one with its cure; exit code 1 when there are any',
    )
    .addOption(new Option('--only <parts...>', 'not all of them').choices(PARTS).default(PARTS, 'all'))
    .option('--credentials <file>', 'check every NATS user: the file of passwords, or the folder of keys, that admit nats config keeps')
    .option('--monitor <url>', 'monitor address of the NATS server, which shows its sync_interval')
    .option('--json', 'as JSON')
    .action(examine);
}

async function examine({ only, credentials, monitor, json }: DoctorOptions): Promise<void> {
  process.exitCode = EXIT.failed;
  const environment = readEnvironment();
  if (credentials !== undefined && !existsSync(credentials))
    throw new Fault('configuration', { problems: [`--credentials: ${credentials} does not exist`] });
  const checks = {
    nats: () => checkNats(environment, { ...(credentials !== undefined && { credentials }), ...(monitor !== undefined && { monitor }) }),
    postgres: () => checkPostgres(environment),
    solana: () => checkSolana(environment),
  };
  const findings = (await Promise.all(only.map((part) => checks[part]()))).flat();
  const lacking = findings.filter(({ lacks }) => lacks.length > 0);
  say(json === true ? JSON.stringify(findings) : findings.map(shown).join('\n'));
  if (json !== true)
    say(lacking.length === 0 ? 'nothing is lacking' : `${lacking.reduce((sum, { lacks }) => sum + lacks.length, 0)} lacking`);
  process.exitCode = lacking.length === 0 ? EXIT.ok : EXIT.findings;
}

function shown({ part, of, lacks, skipped }: Finding): string {
  if (skipped !== undefined) return `- ${part}: not checked (${skipped})`;
  const state = lacks.length === 0 ? '✓' : '✗';
  return [`${state} ${part}  ${of}`, ...lacks.flatMap(({ what, cure }) => [`    ${harmless(what)}`, `    → ${cure}`])].join('\n');
}
