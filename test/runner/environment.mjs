/** A spec's environment is Node itself. There is no second global object, so an error thrown by Node is an `Error` in the spec too. */
export default class NodeEnvironment {
  global = globalThis;
  fakeTimers = null;
  fakeTimersModern = null;
  moduleMocker = null;
  #exit = process.exit;
  #console = globalThis.console;

  async setup() {
    // The process is ready as it is.
  }

  /** Jest replaces both for each file. */
  async teardown() {
    process.exit = this.#exit;
    globalThis.console = this.#console;
  }

  /** Jest asks for it only to see that the environment is a new one. */
  getVmContext() {
    return null;
  }

  exportConditions() {
    return [];
  }
}
