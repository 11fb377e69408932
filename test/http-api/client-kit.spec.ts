import { readFileSync } from 'node:fs';
import { CLIENT_OPERATIONS, clientOperations } from '../../dev/docs/client-operations.js';

it("the client kit's types, addresses and methods are those of the operations (npm run docs writes them)", () => {
  expect(readFileSync(CLIENT_OPERATIONS, 'utf8')).toBe(clientOperations());
});
