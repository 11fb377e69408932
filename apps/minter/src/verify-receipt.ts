import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { printError } from '#shared/platform/process/print-error.js';
import { Receipt } from '#shared/platform/receipt.js';
import { validate } from '#shared/platform/validate.js';
import { checkReceipt } from './chains/token-2022/check-receipt.js';
import { Rpc } from './chains/token-2022/rpc/rpc.js';
import { type Finding, type ReceiptVerdict, verdictOn } from './receipt-finding.js';

/**
 * `node dist/apps/minter/src/verify-receipt.js <file> [--issuer base key] [--json]`: verifies a receipt with only its file and an RPC: no
 * log, no database, no key. `admit receipt verify` starts it with only SOLANA_RPC_URL. Exit codes: 0 valid, 1 not valid, 2 could not
 * verify.
 */
const EXIT: Readonly<Record<ReceiptVerdict, number>> = { valid: 0, 'not valid': 1, 'not known': 2 };
const COULD_NOT = 2;
const ABOUT_WIDTH = 16;

/** @throws Fault `configuration` with every problem */
async function readReceipt(file: string): Promise<Receipt> {
  const refuse = (problem: string, cause?: unknown): Fault => new Fault('configuration', { problems: [`${file}: ${problem}`] }, { cause });
  let json: unknown;
  try {
    json = JSON.parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : 'cannot be read', cause);
  }
  const read = validate(Receipt, json);
  if ('errors' in read) throw refuse(`is no receipt: ${read.errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join(', ')}`);
  return read.value;
}

/**
 * The result of the first provider that can verify; otherwise the result of the last that answered. @throws Fault `chain-unreachable` when
 * none answers
 */
async function askProviders(receipt: Receipt, issuer: string | undefined): Promise<readonly Finding[]> {
  const { SOLANA_RPC_URL, MINT_RPC_TIMEOUT_MS } = readEnvironment();
  let told: readonly Finding[] | undefined;
  let silent: unknown;
  for (const url of SOLANA_RPC_URL.split(',')) {
    try {
      told = await checkReceipt(new Rpc(url.trim(), MINT_RPC_TIMEOUT_MS), receipt, issuer);
      if (verdictOn(told) !== 'not known') return told;
    } catch (thrown) {
      if (!isFault(thrown, 'chain-unreachable')) throw thrown;
      silent = thrown;
    }
  }
  if (told === undefined) throw silent;
  return told;
}

const line = ({ outcome, about, says }: Finding): string => `  ${outcome.padEnd(9)}${about.padEnd(ABOUT_WIDTH)}${says}\n`;

function sentenceOf(verdict: ReceiptVerdict, findings: readonly Finding[], { record, address }: Receipt): string {
  if (verdict === 'valid')
    return `valid: ${record.unit} of ${record.sale} by ${record.tenant} is ${record.asset}, issued by ${address.base}\n`;
  const wanted = verdict === 'not valid' ? 'differs' : 'unknown';
  return `${verdict}: ${[...new Set(findings.filter(({ outcome }) => outcome === wanted).map(({ about }) => about))].join(', ')}\n`;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { issuer: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Fault('configuration', { problems: ['one file is wanted'] });
  const receipt = await readReceipt(file);
  const findings = await askProviders(receipt, values.issuer);
  const verdict = verdictOn(findings);
  process.stdout.write(
    values.json ? `${JSON.stringify({ verdict, findings })}\n` : `${findings.map(line).join('')}${sentenceOf(verdict, findings, receipt)}`,
  );
  process.exitCode = EXIT[verdict];
} catch (thrown) {
  printError(thrown);
  process.exitCode = COULD_NOT;
}
