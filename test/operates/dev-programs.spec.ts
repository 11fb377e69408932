import { join } from 'node:path';
import { programHash } from '#shared/platform/solana-programs.js';
import { startLocalSolana } from '../../dev/solana/local-solana.js';
import { hasPrograms, type Program, programsIn } from '../../dev/solana/programs.js';
import { withPrograms } from '../conformance/programs.js';
import { admit } from '../harness/admit.js';
import { Stage } from '../stages/stage.js';

it('identifies a build by its bytes, whatever zeros a cluster stores after them', () => {
  const elf = Buffer.from([127, 69, 76, 70, 0, 1]);
  expect(programHash(Buffer.concat([elf, Buffer.alloc(1_000)]))).toBe(programHash(elf));
  expect(programHash(Buffer.concat([elf, Buffer.from([1])]))).not.toBe(programHash(elf));
});

withPrograms('the programs of compressed tickets, copied from a cluster', (programs: readonly Program[]) => {
  const stage = Stage.forTests();
  const folder = stage.folder('dev-programs');

  it('are the ones that the cluster has, with their licences, and the local chain loads them', async () => {
    const cluster = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant', programs }));
    const into = join(folder, 'programs');
    const { code, out, error } = await admit({}, 'dev', 'programs', '--rpc-url', cluster.url, '--into', into);
    expect([code, error]).toEqual([0, '']);
    expect(out).toContain('mpl_bubblegum.so');
    expect(out).toContain('Apache-2.0');
    expect(programsIn(into).map(({ elf }) => programHash(elf))).toEqual(programs.map(({ elf }) => programHash(elf)));
    expect(hasPrograms(into)).toBe(true);
  });

  it('are named with exit code 1 if the cluster has another build than the tested one', async () => {
    const [first, ...others] = programs as [Program, ...Program[]];
    const other = { ...first, elf: withAnotherEnd(first.elf) };
    const cluster = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant', programs: [other, ...others] }));
    const ran = await admit({}, 'dev', 'programs', '--rpc-url', cluster.url, '--into', join(folder, 'others'));
    expect([ran.code, ran.error]).toEqual([1, '']);
    expect(ran.out).toContain('another build than was tried');
  });

  it('are refused if the cluster has none', async () => {
    const cluster = await stage.keep(startLocalSolana({ port: 0, slotMs: 'instant' }));
    const ran = await admit({}, 'dev', 'programs', '--rpc-url', cluster.url, '--into', join(folder, 'none'));
    expect(ran.code).toBe(2);
    expect(ran.error).toContain('this cluster has no program');
  });
});

/** Bytes after the end of the file change its hash and nothing that it does. */
const withAnotherEnd = (elf: Uint8Array): Uint8Array => Buffer.concat([elf, Buffer.from([1])]);
