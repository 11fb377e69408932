// Jest's `runtime` option: loads specs with Node's own module loader. Jest's loader evaluates every module again for every spec file.
// Modules stay loaded for the next spec of the same worker, so a spec must not change the state of a module or of a global object.
const { register } = require('node:module');
const { pathToFileURL } = require('node:url');

register('./typescript-hooks.mjs', pathToFileURL(__filename));
process.setSourceMapsEnabled(true);

module.exports = class NodeRuntime {
  #framework;

  /** Loads jest-circus. Its module holds the tests of one file, so each file gets a new copy. */
  requireInternalModule(path) {
    this.#framework = path;
    forget(path);
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    delete Error.prepareStackTrace; // set by Jest; without it, Node maps stack traces to the TypeScript source
    return import(pathToFileURL(path).href);
  }

  setGlobalsForRuntime() {
    // For jest's own `import { expect } from '@jest/globals'`, which needs its module loader.
  }

  enterTestCode() {
    // Jest's loader reports imports after the end of a test.
  }

  leaveTestCode() {
    // See enterTestCode.
  }

  getSourceMaps() {
    return new Map();
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  teardown() {
    forget(this.#framework);
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (symbol.description === 'JEST_STATE_SYMBOL') delete globalThis[symbol]; // the tests of this file
    }
  }
};

function forget(framework) {
  delete require.cache[framework];
  delete globalThis[Symbol.for('EVENT_HANDLERS')]; // jest-circus keeps its listeners here
}
