import { runDemo } from './demo.js';
import { runInForeground } from './stack/foreground.js';

process.exit(await runInForeground(runDemo));
