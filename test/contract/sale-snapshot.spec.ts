import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyHash } from '#shared/kernel/ids.js';
import type { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import { foldOf, saleIn, snapshotsFile, snapshotsOfSample } from '../../dev/docs/sample-log.js';
import { projectFolder } from '../../dev/processes/project.js';
import { restored, stateOf } from '../stages/restored-sale.js';

const commits = saleIn('sample-log-2.jsonl');
const whole = (): SaleAggregate => foldOf(commits);
const prefixes = (): SaleAggregate[] => commits.map((_, index) => foldOf(commits.slice(0, index + 1)));

describe('the snapshot of a sale', () => {
  it('has the shape of its file: a changed shape gets the next number, and its own file (npm run docs writes it)', () => {
    expect(snapshotsOfSample()).toBe(readFileSync(join(projectFolder(), snapshotsFile), 'utf8'));
  });

  it('[L3] contains the whole state of the log, after each commit of every event', async () => {
    for (const fold of prefixes()) expect(stateOf(await restored(fold, fold.snapshot()))).toEqual(stateOf(fold));
    expect(commits.length).toBeGreaterThan(10);
  });

  it('[L3] continues from any commit to the same state', async () => {
    for (const [index, fold] of prefixes().entries()) {
      const next = await restored(fold, fold.snapshot());
      for (const commit of commits.slice(index + 1)) next.apply(commit);
      expect(stateOf(next)).toEqual(stateOf(whole()));
    }
  });

  it('stays unchanged when its sale continues', () => {
    const fold = foldOf([]);
    const taken = commits.map((commit) => {
      fold.apply(commit);
      const parts = fold.snapshot();
      return { parts, text: JSON.stringify(parts) };
    });
    for (const { parts, text } of taken) expect(JSON.stringify(parts)).toBe(text);
  });

  it('knows every key that was decided', async () => {
    const fold = whole();
    const keys = fold.snapshot().flatMap((part) => (part.kind === 'decided' ? part.rows : []));
    const again = await restored(fold, fold.snapshot());
    for (const [sequence, ...decided] of keys)
      for (const key of decided) expect(again.placesOf([key])).toEqual([{ keyHash: key, sequence }]);
    expect(again.placesOf(['never' as KeyHash])).toEqual([]);
    expect(keys.length).toBeGreaterThan(10);
  });
});
