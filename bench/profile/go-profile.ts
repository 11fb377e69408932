import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import type { Frame, Stack } from './stacks.js';

const NANOS_PER_MS = 1_000_000;

/** The stacks of a CPU profile in pprof format, as a Go program serves it on `/debug/pprof/profile`. */
export function stacksOfGo(compressed: Uint8Array): Stack[] {
  const profile = Profile.decode(gunzipSync(compressed));
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? '';
  const functions = new Map(profile.function.map(({ id, name }) => [Number(id), frameOf(text(name))]));
  const locations = new Map(
    profile.location.map(({ id, line }) => [Number(id), line.flatMap(({ functionId }) => functions.get(Number(functionId)) ?? [])]),
  );
  return profile.sample.map(({ locationId, value }) => ({
    frames: locationId.flatMap((id) => locations.get(Number(id)) ?? []).reverse(),
    weight: Number(value.at(-1) ?? 0) / NANOS_PER_MS,
  }));
}

/** `github.com/nats-io/nats-server/v2/server.(*client).parse` is `(*client).parse` of package `server`. */
function frameOf(symbol: string): Frame {
  const [, file = '', name = symbol] = /^(?:.*\/)?([\w-]+)\.(.+)$/.exec(symbol) ?? [];
  return { name, file };
}
