/** The local Solana as a process: prints one JSON line when it listens; stops on SIGTERM or SIGINT. */
import { parseArgs } from 'node:util';
import { type LocalSolanaOptions, startLocalSolana } from './local-solana.js';
import { programsIn } from './programs.js';

const DEFAULT_PORT = 8899;

function slotMsOf(text: string): number | 'instant' | 'manual' {
  return text === 'instant' || text === 'manual' ? text : wholeNumber('slot-ms', text);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${flag} must be a whole number, not "${text}"`);
  return value;
}

function readOptions(): LocalSolanaOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      data: { type: 'string' },
      'slot-ms': { type: 'string' },
      'finalized-after': { type: 'string' },
      'fault-seed': { type: 'string' },
      programs: { type: 'string' },
    },
  });
  const { port, host, data, programs } = values;
  return {
    port: port === undefined ? DEFAULT_PORT : wholeNumber('port', port),
    ...(host === undefined ? {} : { host }),
    ...(data === undefined ? {} : { dataDir: data }),
    ...(values['slot-ms'] === undefined ? {} : { slotMs: slotMsOf(values['slot-ms']) }),
    ...(values['finalized-after'] === undefined ? {} : { finalizedAfterSlots: wholeNumber('finalized-after', values['finalized-after']) }),
    ...(programs === undefined ? {} : { programs: programsIn(programs) }),
    ...(values['fault-seed'] === undefined ? {} : { faultSeed: wholeNumber('fault-seed', values['fault-seed']) }),
  };
}

const chain = await startLocalSolana(readOptions());
const { url, wsUrl, genesisHash, restoredAccounts } = chain;
process.stdout.write(`${JSON.stringify({ ready: true, url, wsUrl, genesisHash, restoredAccounts })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void chain.stop());
