import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM_FILES } from '#shared/platform/solana-programs.js';
import { environment, projectFolder } from '../processes/project.js';

export interface Program {
  readonly address: string;
  readonly elf: Uint8Array;
}

/** The folder of the programs that compressed tickets need; `ADMIT_PROGRAMS` names another. */
export const programsFolder = (): string => environment().ADMIT_PROGRAMS || join(projectFolder(), '.admit', 'programs');

export const HOW_TO_GET_PROGRAMS = 'npm run -s admit -- dev programs --rpc-url <RPC of any Solana cluster>';

export const hasPrograms = (folder: string): boolean => PROGRAM_FILES.every(({ file }) => existsSync(join(folder, file)));

/** All programs of a folder, or none: each needs the others. */
export function programsIn(folder: string): readonly Program[] {
  if (!hasPrograms(folder)) return [];
  return PROGRAM_FILES.map(({ file, address }) => ({ address, elf: readFileSync(join(folder, file)) }));
}
