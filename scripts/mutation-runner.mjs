// Runs the domain's specs for Stryker, in its own worker process. Jest starts anew for every mutant: a second of processor time each, twenty
// minutes for the domain. Every mutant stands in the code already and is switched on by a number, so the specs are loaded once, and a mutant
// costs what its tests cost: milliseconds. The domain is pure; that no mutant leaves something behind is tried after each one (`isSound`).
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
/** The domain, what it stands on, and what holds its schemas: how a bad body is told where it is bad. */
const LOADED = /^(?:kernel|domain)\/.*\.ts$|^platform\/validate(?:\.spec)?\.ts$/;
const SPECS = /^(?:domain|platform)\/.*\.spec\.ts$/;
/** Of hundreds of cases, seconds each: what they hold the examples have to hold too, one by one. */
const PROPERTIES = /property|conservation/;
/** The same cases each time, so that a score says something of the code alone; and the first that fails is enough. */
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
      await this.load(); // what failed may have failed for what an earlier mutant left behind
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

  /** What failed with the mutant passes without it. */
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

  /** Everything in a folder of its own: a module that was loaded once is never loaded again from the same place. */
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

/** The words of Jest that the domain's specs use: `describe`, `it`, `it.each`, `expect`. */
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

/** Where the instrumented code looks which mutant is on, and counts what it comes by. */
const stryker = () => {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
};

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
