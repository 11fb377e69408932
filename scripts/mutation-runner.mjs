// Runs the domain's specs for Stryker, in its own worker process. A fresh Jest for every mutant costs a second of processor time, twenty
// minutes for the domain. Here every mutant is already in the code and is switched on by a number: the specs load once, and a mutant costs
// only its tests, milliseconds. The domain is pure; after each mutant `isSound` verifies that it left no state behind.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commonTokens, declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, determineHitLimitReached, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import { transformSync } from '@swc/core';
import { expect } from 'expect';
import fc from 'fast-check';
import { bind } from 'jest-each';

const ROOT = 'libs/shared/src';
/** The domain, its imports, and the schema validation with its error paths. */
const LOADED = /^(?:kernel|domain)\/.*\.ts$|^platform\/validate(?:\.spec)?\.ts$/;
const SPECS = /^(?:domain|platform)\/.*\.spec\.ts$/;
/** Property tests with hundreds of cases take seconds each; the examples must catch every mutant without them. */
const PROPERTIES = /property|conservation/;
/** The same cases each time, so that a score depends on the code alone; the first failure is enough. */
const CASES = { seed: 1, endOnFailure: true };

const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true }, module: { type: 'es6' } };

class InProcessRunner {
  static inject = [commonTokens.options];
  tests = [];
  loads = 0;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init() {
    fc.configureGlobal(CASES);
    await this.load();
  }

  async dryRun() {
    stryker().activeMutant = undefined;
    const results = await this.run(this.tests, { untilFailure: false });
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: stryker().mutantCoverage };
  }

  async mutantRun(options) {
    let tried = await this.attempt(options);
    if (!(await this.isSound(tried.results))) {
      await this.load(); // the failure may come from state that an earlier mutant left behind
      tried = await this.attempt(options);
      if (!(await this.isSound(tried.results))) await this.load();
    }
    const complete = { status: DryRunStatus.Complete, tests: tried.results };
    return determineHitLimitReached(tried.hitCount, options.hitLimit) ?? toMutantRunResult(complete, false);
  }

  async attempt({ activeMutant, testFilter, hitLimit }) {
    const wanted = testFilter && new Set(testFilter);
    const tests = wanted ? this.tests.filter(({ id }) => wanted.has(id)) : this.tests;
    Object.assign(stryker(), { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    const results = await this.run(tests, { untilFailure: true });
    const { hitCount } = stryker();
    Object.assign(stryker(), { activeMutant: undefined, hitLimit: undefined, hitCount: undefined });
    return { results, hitCount };
  }

  /** True when the tests that failed with the mutant pass without it. */
  async isSound(results) {
    const failed = new Set(results.filter(({ status }) => status === TestStatus.Failed).map(({ id }) => id));
    const again = await this.run(
      this.tests.filter(({ id }) => failed.has(id)),
      { untilFailure: true },
    );
    return again.every(({ status }) => status === TestStatus.Success);
  }

  async run(tests, { untilFailure }) {
    const results = [];
    for (const { id, file, body } of tests) {
      stryker().currentTestId = id;
      const begun = performance.now();
      const failureMessage = await failureOf(body);
      const timeSpentMs = performance.now() - begun;
      const outcome = failureMessage === undefined ? { status: TestStatus.Success } : { status: TestStatus.Failed, failureMessage };
      results.push({ id, name: id, fileName: file, timeSpentMs, ...outcome });
      if (untilFailure && failureMessage !== undefined) break;
    }
    stryker().currentTestId = undefined;
    return results;
  }

  /** Copies everything into a fresh folder: Node never reloads a module from the same path. */
  async load() {
    this.loads += 1;
    const to = join(process.cwd(), `.in-process-${process.pid}-${this.loads}`);
    const sources = readdirSync(ROOT, { recursive: true }).filter((name) => LOADED.test(name));
    for (const name of sources) transpile(join(ROOT, name), join(to, asJs(name)));
    this.tests = [];
    for (const name of sources.filter((each) => SPECS.test(each) && !PROPERTIES.test(each))) {
      speakJest(join(ROOT, name), this.tests);
      await import(pathToFileURL(join(to, asJs(name))).href);
    }
  }
}

const asJs = (name) => name.replace(/\.ts$/, '.js');

function transpile(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, transformSync(readFileSync(from, 'utf8'), { ...swc, filename: from }).code);
}

/** The Jest functions that the domain's specs use: `describe`, `it`, `it.each`, `expect`. */
function speakJest(file, tests) {
  const path = [];
  const describe = (name, body) => {
    path.push(name);
    body();
    path.pop();
  };
  const it = (name, body) => {
    const id = `${file}: ${[...path, name].join(' ')} #${tests.length}`;
    tests.push({ id, file, body });
  };
  it.each = bind(it);
  Object.assign(globalThis, { describe, it, expect });
}

async function failureOf(body) {
  try {
    await body();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** The object in which instrumented code reads the active mutant and counts coverage. */
const stryker = () => {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
};

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
