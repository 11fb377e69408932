import { HOW_TO_GET_PROGRAMS, type Program, programsFolder, programsIn } from '../../dev/solana/programs.js';

/** 16,384 leaves in 48 KB: an account that a chain in memory copies often. */
export const SMALL_TREE = { depth: 14, buffer: 64, canopy: 8 } as const;

/** Runs tests against the real programs of compressed tickets; without them one skipped test stands for all, and one line says how to get them. */
export function withPrograms(tests: (has: { readonly programs: readonly Program[] }) => void): void {
  const programs = programsIn(programsFolder());
  if (programs.length > 0) {
    tests({ programs });
    return;
  }
  process.stderr.write(`SKIPPED: tests of compressed tickets; to run them: ${HOW_TO_GET_PROGRAMS}\n`);
  it.todo('compressed tickets on the local Solana (SKIPPED: their programs are missing)');
}
