// The runtime of `npm run audit -- --mutate`: that of `npm test`, with one guard removed. Its jest configuration names the mutant's file.
const { register } = require('node:module');
const { pathToFileURL } = require('node:url');
const NodeRuntime = require('../test/runner/runtime.cjs');

let registered = false;

module.exports = class MutantRuntime extends NodeRuntime {
  constructor({ globals: { mutant } }) {
    super();
    if (registered) return;
    registered = true;
    register('./audit-mutant-hooks.mjs', pathToFileURL(__filename), { data: mutant });
  }
};
