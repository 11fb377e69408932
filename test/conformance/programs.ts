import { HOW_TO_GET_PROGRAMS, type Program, programsFolder, programsIn } from '../../dev/solana/programs.js';

/** 16,384 leaves in 48 KB: an account that a chain in memory copies often. */
export const SMALL_TREE = { depth: 14, buffer: 64, canopy: 8 } as const;

/** Tests against the real programs of compressed tickets. Without the programs they are skipped, and one line explains how to get them. */
export function withPrograms(name: string, tests: (programs: readonly Program[]) => void): void {
  const programs = programsIn(programsFolder());
  const isMissing = programs.length === 0;
  if (isMissing) process.stderr.write(`SKIPPED: ${name}. To run its tests: ${HOW_TO_GET_PROGRAMS}\n`);
  const suite = isMissing ? describe.skip : describe;
  suite(`[compressed] ${name}`, () => tests(programs));
}
