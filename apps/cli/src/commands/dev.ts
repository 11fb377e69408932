import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { encodeBase58 } from '#shared/kernel/base58.js';
import { Fault } from '#shared/kernel/fault.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { PROGRAM_FILES, programHash } from '#shared/platform/solana-programs.js';
import { say, withExitCodes } from '../operator.js';

/** A two-megabyte account over a slow connection. */
const ANSWER_MS = 120_000;
const UPGRADEABLE = 'BPFLoaderUpgradeab1e11111111111111111111111';
/** Kind of the account, then the address of the program's data. */
const DATA_ADDRESS_AT = 4;
/** Kind, slot and upgrade authority precede the program itself. */
const PROGRAM_AT = 45;
const ADDRESS_BYTES = 32;

interface ProgramsOptions {
  readonly rpcUrl: string;
  readonly into: string;
}

/** `admit dev …` */
export function addDevCommands(program: Command): void {
  withExitCodes(program.command('dev').description('what a development machine needs'))
    .command('programs')
    .description(
      'copy the programs of compressed tickets from a Solana cluster, for the local chain. Exit code 1: another build than tried',
    )
    .requiredOption('--rpc-url <url>', 'an RPC of a cluster that has them, such as mainnet')
    .option('--into <folder>', 'where the local chain looks for them', join('.admit', 'programs'))
    .action(copyPrograms);
}

async function copyPrograms({ rpcUrl, into }: ProgramsOptions): Promise<void> {
  process.exitCode = EXIT.failed; // until a step succeeds
  await mkdir(into, { recursive: true });
  let known = true;
  for (const { file, address, licence, hashes } of PROGRAM_FILES) {
    const elf = await programAt(rpcUrl, address);
    const hash = programHash(elf);
    const tried = hashes.includes(hash);
    known &&= tried;
    await writeFile(join(into, `${file}.part`), elf);
    await rename(join(into, `${file}.part`), join(into, file));
    say(`${file}  ${elf.length} bytes  ${licence}  ${tried ? 'a build that was tried' : `another build than was tried: ${hash}`}`);
  }
  say('The programs belong to their authors, under the licences above. npm start loads them and offers compressed tickets.');
  process.exitCode = known ? EXIT.ok : EXIT.findings;
}

/** The program's bytes, for either loader. */
async function programAt(url: string, address: string): Promise<Buffer> {
  const { owner, data } = await accountAt(url, address);
  if (owner !== UPGRADEABLE) return data;
  const stored = await accountAt(url, encodeBase58(data.subarray(DATA_ADDRESS_AT, DATA_ADDRESS_AT + ADDRESS_BYTES)));
  return stored.data.subarray(PROGRAM_AT);
}

interface Answer {
  readonly result?: { readonly value: { readonly owner: string; readonly data: readonly [string, string] } | null };
  readonly error?: { readonly message: string };
}

async function accountAt(url: string, address: string): Promise<{ readonly owner: string; readonly data: Buffer }> {
  const params = [address, { encoding: 'base64', commitment: 'finalized' }];
  const answered = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getAccountInfo', params }),
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((cause: unknown) => {
    throw new Fault('chain-unreachable', { asked: 'getAccountInfo', address }, { cause });
  });
  if (!answered.ok) throw new Fault('chain-unreachable', { asked: 'getAccountInfo', address, status: answered.status });
  const { result, error } = (await answered.json()) as Answer;
  if (result === undefined) throw new Fault('chain-unreachable', { asked: 'getAccountInfo', address, answer: error?.message });
  if (result.value === null) throw new Fault('configuration', { problems: [`this cluster has no program ${address}`] });
  return { owner: result.value.owner, data: Buffer.from(result.value.data[0], 'base64') };
}
