import { Option } from 'commander';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { messageOf } from '../processes/errors.js';
import { ownCommand } from '../processes/own-command.js';
import { lackOfDocker } from './engine.js';
import { base, cluster, own } from './scenes.js';

const SCENES = { base, cluster, own } as const;
type SceneName = keyof typeof SCENES;
const NAMES = Object.keys(SCENES) as SceneName[];

interface Options {
  readonly only?: readonly SceneName[];
  readonly build: boolean;
}

async function run({ only = NAMES, build }: Options): Promise<void> {
  const lack = lackOfDocker();
  if (lack !== undefined) {
    process.stderr.write(`${lack}\n`);
    process.exitCode = EXIT.failed;
    return;
  }
  for (const name of only) {
    try {
      await SCENES[name](!build);
    } catch (error) {
      process.stdout.write(`  ✗ ${messageOf(error)}\n`);
      process.exitCode = EXIT.findings;
    }
  }
}

await ownCommand('test:compose')
  .description(
    'Builds the images and tries docker-compose.yml and its overlays in a Docker engine, in projects of their own that it removes.',
  )
  .addOption(new Option('--only <scenes...>', 'not all of them').choices(NAMES))
  .option('--no-build', 'with the images that are there')
  .action(run)
  .parseAsync();
