import { runInForeground } from './stack/foreground.js';

process.exit(await runInForeground());
