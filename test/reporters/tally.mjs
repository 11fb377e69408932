/** The last word of a test run, one line for people and for CI: `N passed, N failed`. A suite that could not even start counts as one failure. */
export default class Tally {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    // At exit, because jest prints its own summary after every reporter has spoken.
    process.once('exit', () => process.stderr.write(`${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
