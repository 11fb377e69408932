// Writes what the documents take from the code, as built. Tests compare the two.
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncapi } from '../dist/apps/purchase/src/asyncapi.js';
import { withDiagram } from '../dist/dev/docs/life-diagram.js';
import { LIVES } from '../dist/dev/docs/lives.js';

for (const [page, diagram] of Object.entries(LIVES)) writeFileSync(page, withDiagram(readFileSync(page, 'utf8'), diagram));
writeFileSync('docs/asyncapi.json', `${JSON.stringify(asyncapi(), null, 2)}\n`);
