// Writes .env.example from the schema of the environment, as built. A test compares the two.
import { writeFileSync } from 'node:fs';
import { environmentExample } from '../dist/libs/shared/src/platform/environment.js';

writeFileSync('.env.example', environmentExample());
