import type { ClusterInfo, JetStreamManager, StreamInfo, StreamInfoRequestOptions } from '@nats-io/jetstream';
import { Fault } from '../../kernel/fault.js';

/** What is needed to tell who answered. */
export type Answered = Pick<StreamInfo, 'cluster'>;

/**
 * A leader that has heard from most of the others within this leads: it asks them every second, and they elect another after 4 s of silence
 * at the earliest. One that is cut off goes on for 10 to 20 s with what it has.
 */
const HEARD_WITHIN_NANOS = 2.5e9;

/**
 * What a stream's leader says of it. While none is elected every server that has a copy answers with that copy, and it may lack what was
 * acknowledged a moment ago: whoever believed it would take a log for one that has lost something. So may one that was the leader.
 * @throws Fault `log-unreachable` where another than the leader answered, or the others may have another leader by now
 */
export async function leaderInfo(jsm: JetStreamManager, stream: string, options?: Partial<StreamInfoRequestOptions>): Promise<StreamInfo> {
  return fromLeader(stream, await jsm.streams.info(stream, options));
}

/** The same, of an answer that came another way. */
export function fromLeader<Info extends Answered>(stream: string, info: Info): Info {
  if (info.cluster === undefined) return info;
  if (!isLeaders(info.cluster)) throw new Fault('log-unreachable', { stream, reason: 'it has no leader now' });
  if (!isFollowed(info.cluster)) throw new Fault('log-unreachable', { stream, reason: 'its leader does not hear the others' });
  return info;
}

/** A server names the others that have a copy: the leader is not among them if it is the one that answers. */
const isLeaders = ({ leader = '', replicas = [] }: ClusterInfo): boolean => leader !== '' && !replicas.some(({ name }) => name === leader);

/** Most of those that have a copy, the leader among them, were heard lately. Nothing but 0 is said of one that was never heard. */
function isFollowed({ replicas = [] }: ClusterInfo): boolean {
  const heard = replicas.filter(({ active }) => active > 0 && active <= HEARD_WITHIN_NANOS);
  return 2 * (heard.length + 1) > replicas.length + 1;
}

/** How many servers have all of a stream: its leader, and those that keep up with it. None while it is being agreed on who has a copy. */
export function wholeCopies({ cluster }: Answered): number {
  if (cluster === undefined) return 1;
  const { desired }: ClusterInfo & { readonly desired?: unknown } = cluster; // the client's type leaves it out
  if (desired !== undefined || !isLeaders(cluster)) return 0;
  return 1 + (cluster.replicas ?? []).filter(({ current, offline }) => current && offline !== true).length;
}
