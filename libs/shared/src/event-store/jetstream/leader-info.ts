import type { ClusterInfo, JetStreamManager, StreamInfo, StreamInfoRequestOptions } from '@nats-io/jetstream';
import { Fault } from '../../kernel/fault.js';

/** The part of a response that identifies the responding server. */
export type LeaderResponse = Pick<StreamInfo, 'cluster'>;

/**
 * A leader that heard from a majority within this time still leads: it contacts the others every second, and they elect another leader
 * after at least 4 s of silence. A partitioned leader continues with its own state for 10 to 20 s.
 */
const ACTIVE_WITHIN_NANOS = 2.5e9;

/**
 * Returns the stream info of the leader. While no leader is elected, every server responds from its own replica, which may lack messages
 * acknowledged a moment ago. A reader would then report a log that lost data. The same holds for a former leader.
 * @throws Fault `log-unreachable` when the responding server is not the leader, or the others may have elected another one
 */
export async function leaderInfo(jsm: JetStreamManager, stream: string, options?: Partial<StreamInfoRequestOptions>): Promise<StreamInfo> {
  return fromLeader(stream, await jsm.streams.info(stream, options));
}

/** The same check for a response from another request. */
export function fromLeader<Info extends LeaderResponse>(stream: string, info: Info): Info {
  if (info.cluster === undefined) return info;
  if (!isLeaders(info.cluster)) throw new Fault('log-unreachable', { stream, reason: 'it has no leader now' });
  if (!isFollowed(info.cluster)) throw new Fault('log-unreachable', { stream, reason: 'its leader has no contact with the others' });
  return info;
}

/** A server lists the other servers with a replica: the leader is not listed if it is the one that responds. */
const isLeaders = ({ leader = '', replicas = [] }: ClusterInfo): boolean => leader !== '' && !replicas.some(({ name }) => name === leader);

/** True when a majority, including the leader, was heard recently. A server that was never heard has the value 0. */
function isFollowed({ replicas = [] }: ClusterInfo): boolean {
  const current = replicas.filter(({ active }) => active > 0 && active <= ACTIVE_WITHIN_NANOS);
  return 2 * (current.length + 1) > replicas.length + 1;
}

/** Servers that hold the complete stream: its leader and current followers. 0 while the placement of replicas changes. */
export function wholeCopies({ cluster }: LeaderResponse): number {
  if (cluster === undefined) return 1;
  const { desired }: ClusterInfo & { readonly desired?: unknown } = cluster; // the client's type omits it
  if (desired !== undefined || !isLeaders(cluster)) return 0;
  return 1 + (cluster.replicas ?? []).filter(({ current, offline }) => current && offline !== true).length;
}
