import { type Command, Option } from 'commander';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import type { EventsOptions, TenantEvent } from '../../../../libs/client/src/index.js';
import { withExitCodes } from '../operator.js';
import { explain, forSellers, type SellerOptions, sellerClient, settled } from '../seller.js';
import { harmless } from '../table.js';
import { unlessInterrupted } from '../unless-interrupted.js';

interface Watched extends SellerOptions {
  readonly after?: string;
  readonly all?: true;
  readonly sale?: string;
}

/** `admit watch` */
export function addWatchCommand(program: Command): void {
  forSellers(
    withExitCodes(program.command('watch')).description(
      'print every event as it happens, one a line, until Ctrl-C, which prints how to resume',
    ),
    'watch',
    'watch --sale gala --after 8wG…',
  )
    .option('--after <cursor>', 'begin right after this event: the cursor that ends its line')
    .addOption(new Option('--all', 'begin with the first event of the log (default: with the next)').conflicts('after'))
    .option('--sale <sale>', 'events of this sale only')
    .action(watch);
}

async function watch(options: Watched): Promise<void> {
  process.exitCode = EXIT.failed;
  const client = sellerClient(options);
  const first = await settled(client.sales({ limit: 1 })); // otherwise it would follow a wrong address forever
  if (first.outcome !== 'done') {
    process.exitCode = explain(first, options);
    return;
  }
  const ended = new AbortController();
  const place = { cursor: options.after };
  const events = client.events({ ...beginning(options), signal: ended.signal });
  const followed = await unlessInterrupted(
    async () => ended.abort(),
    () => settled(printed(events, options, place)),
  );
  if (followed !== undefined) {
    process.exitCode = explain(followed, options);
    return;
  }
  const sale = options.sale === undefined ? '' : ` --sale ${options.sale}`;
  process.stderr.write(place.cursor === undefined ? 'no event arrived\n' : `resume with: npx admit watch --after ${place.cursor}${sale}\n`);
  process.exitCode = EXIT.ok;
}

const beginning = ({ after, all }: Watched): EventsOptions => (after !== undefined ? { after } : all === true ? {} : { from: 'now' });

/** Prints events until the stream or its reader ends; `place` is the last event that was printed or skipped. */
async function printed(
  events: AsyncIterable<TenantEvent>,
  { sale, json }: Watched,
  place: { cursor: string | undefined },
): Promise<undefined> {
  process.stdout.on('error', () => undefined); // the write below reports it
  try {
    for await (const event of events) {
      if (sale === undefined || saleOf(event) === sale) await write(json === true ? JSON.stringify(event) : lineOf(event));
      place.cursor = event.cursor;
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPIPE') throw thrown; // `admit watch | head`
  }
}

const write = (line: string): Promise<void> =>
  new Promise((resolve, reject) => process.stdout.write(`${line}\n`, (failed) => (failed ? reject(failed) : resolve())));

const saleOf = ({ source }: TenantEvent): string => source.split('/')[3] ?? '';

function lineOf({ cursor, time, type, source, data }: TenantEvent): string {
  const [, , kind, sale] = source.split('/');
  const ids = [data.order, data.ticket].filter((id) => typeof id === 'string');
  return harmless([time, kind, sale, type.split('.')[1], ...ids, cursor].join('  '));
}
