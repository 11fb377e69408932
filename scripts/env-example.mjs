// Writes .env.example from the built code's environment schema. A test compares the two.
import { writeFileSync } from 'node:fs';
import { environmentExample } from '../dist/libs/shared/src/platform/process/environment.js';

writeFileSync('.env.example', environmentExample());
