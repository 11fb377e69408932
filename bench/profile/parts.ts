import type { Frame } from './stacks.js';

/** A part of the work, and the functions that do it. */
type Rule = readonly [part: string, pattern: RegExp];

const REST = 'everything else';

/** By `file name` of a function, innermost first. Native functions without a file count for the function that calls them. */
const PURCHASE: readonly Rule[] = [
  ['garbage collection', /^ \(garbage collector\)/],
  [
    'event loop and native code',
    /^ \(program\)|^node:internal\/(process|timers|async|promise)|^node:(timers|events|async_hooks|diagnostics)/,
  ],
  ['sockets', /^node:(net|stream|internal\/(stream|net))/],
  [
    'HTTP',
    /^node:(_http|http|internal\/http|querystring|url)|node_modules\/(fastify|@fastify|find-my-way|light-my-request|avvio|express)\//,
  ],
  ['hashing', /^node:(crypto|internal\/crypto)|kernel\/(hash|ids)\.js/],
  ['NATS and JetStream client', /node_modules\/@nats-io\//],
  ['Nest', /node_modules\/(@nestjs|rxjs)\//],
  [
    'reading and validating requests',
    /requests\/|operations\/|kernel\/(canonical|strict-json|wallet|personal)|platform\/validate|domain\/values|node_modules\/(zod|canonicalize)\//,
  ],
  ['writing commits', /event-store\//],
  ['deciding', /deciding\/|aggregate\/|consumer\/|domain\/|reads\/views/],
  ['reactors', /reactors\/|lookups\//],
  ['admission, metrics and messaging', /platform\/|api\/|kernel\/|purchase\/src\//],
];

/** The first rule that matches a function counts, innermost first. */
const SERVER: readonly Rule[] = [
  ['garbage collection', /^runtime (gcBgMarkWorker|gcAssist|gcDrain|bgsweep|gcStart|gcMark|mallocgcSmall.*Assist|sweepone)/],
  ['fsync', /^(os|poll) \(\*(File|FD)\)\.(Sync|Fsync)|^syscall (Fsync|Fdatasync)/],
  ['writing files', /^server \(\*(fileStore|msgBlock)\)|^os \(\*File\)|^highwayhash/],
  ['sockets', /^net \(|^poll \(|server \(\*client\)\.(flushOutbound|readLoop$|writeLoop$)/],
  ['consumers', /^server \(\*consumer\)/],
  ['streams', /^server \(\*(stream|jsAccount|ipQueue.*)\)/],
  ['routing messages', /^server /],
  [
    'scheduler',
    /^runtime (schedule|findRunnable|mcall|park_m|futex|notesleep|stealWork|goschedImpl|mstart|sysmon|netpoll|wakep|startm|stopm|ready|goready)/,
  ],
];

/** The part of the purchase app that a stack of Node belongs to. */
export function partOfPurchase(frames: readonly Frame[]): string {
  return innermost(frames, PURCHASE) ?? REST;
}

/** The part of nats-server that a stack of Go belongs to. */
export function partOfServer(frames: readonly Frame[]): string {
  const outer = frames.some(({ file, name }) => SERVER[0]?.[1].test(`${file} ${name}`));
  return outer ? (SERVER[0] as Rule)[0] : (innermost(frames, SERVER.slice(1)) ?? REST);
}

function innermost(frames: readonly Frame[], rules: readonly Rule[]): string | undefined {
  for (const { file, name } of frames.toReversed()) {
    const found = rules.find(([, pattern]) => pattern.test(`${file} ${name}`));
    if (found !== undefined) return found[0];
  }
  return undefined;
}
