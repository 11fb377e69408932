// Writes the parts of the documents that come from the built code. Tests compare the two.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { asyncapi } from '../dist/apps/purchase/src/api/docs/asyncapi.js';
import { CLIENT_OPERATIONS, clientOperations } from '../dist/dev/docs/client-operations.js';
import { eventSchemas, fileOf } from '../dist/dev/docs/event-schemas.js';
import { withDiagram } from '../dist/dev/docs/life-diagram.js';
import { LIVES } from '../dist/dev/docs/lives.js';
import { snapshotsFile, snapshotsOfSample } from '../dist/dev/docs/sample-log.js';
import { COSTS_PAGE, withCosts } from '../dist/dev/docs/ticket-costs.js';
import { versionOf } from '../dist/libs/shared/src/domain/event-versions.js';

for (const [page, diagram] of Object.entries(LIVES)) writeFileSync(page, withDiagram(readFileSync(page, 'utf8'), diagram));
writeFileSync(COSTS_PAGE, await withCosts(readFileSync(COSTS_PAGE, 'utf8')));
writeFileSync('docs/asyncapi.json', `${JSON.stringify(asyncapi(), null, 2)}\n`);
writeFileSync(CLIENT_OPERATIONS, clientOperations());
// Writes only new versions of events and snapshots: existing ones are changed by hand or not at all.
for (const [type, schema] of eventSchemas()) {
  const file = fileOf(type, versionOf(type));
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
if (!existsSync(snapshotsFile)) writeFileSync(snapshotsFile, snapshotsOfSample());
