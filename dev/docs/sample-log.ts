import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Commit, decodeCommit } from '#shared/event-store/commit.js';
import { SaleAggregate, SNAPSHOT_SHAPE } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import { projectFolder } from '../processes/project.js';

export interface Stored {
  readonly sequence: number;
  readonly subject: string;
  readonly body: Buffer;
}

const SALE = 'ev.demo.sale.gala';

/** Sample commits of every event in every version, in each layout that a commit ever had. Files may gain lines; existing lines never change. */
export const LAYOUTS = ['sample-log.jsonl', 'sample-log-2.jsonl'] as const;

export const sampleOf = (layout: (typeof LAYOUTS)[number]): Stored[] =>
  readFileSync(join(projectFolder(), 'test', 'contract', layout), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Omit<Stored, 'body'> & { body: string })
    .map(({ body, ...place }) => ({ ...place, body: Buffer.from(body) }));

/** The commits of a sample's sale. */
export const saleIn = (layout: (typeof LAYOUTS)[number]): Commit[] =>
  sampleOf(layout)
    .filter(({ subject }) => subject === SALE)
    .map(({ subject, sequence, body }) => decodeCommit(subject, sequence, body));

/** The sale aggregate after these commits. */
export function foldOf(commits: readonly Commit[]): SaleAggregate {
  const state = new SaleAggregate(SALE);
  for (const commit of commits) state.apply(commit);
  return state;
}

/** Snapshots of the sample in today's shape, one part a line, one snapshot for each commit. */
export const snapshotsFile = join('test', 'contract', `snapshots-${SNAPSHOT_SHAPE.replace('/', '-')}.jsonl`);

export function snapshotsOfSample(): string {
  const commits = saleIn('sample-log-2.jsonl');
  const snapshots = commits.map((_, index) => foldOf(commits.slice(0, index + 1)).snapshot());
  return `${snapshots
    .flat()
    .map((part) => JSON.stringify(part))
    .join('\n')}\n`;
}
