import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../kernel/fault.js';
import { environmentExample, loadEnvironmentFile, readEnvironment } from './environment.js';

function problemsOf(variables: Readonly<Record<string, string>>): unknown {
  try {
    return readEnvironment(variables);
  } catch (thrown) {
    return isFault(thrown, 'configuration') ? thrown.context.problems : thrown;
  }
}

describe('the environment', () => {
  it('has a default for everything, and is frozen after it is read', () => {
    const environment = readEnvironment({});
    expect(environment).toMatchObject({ NATS_URL: 'nats://127.0.0.1:4222', HTTP_PORT: 0, LOG_LEVEL: 'info', MINT_KEYS: 'require' });
    expect(Object.isFrozen(environment)).toBe(true);
  });

  it('treats an empty variable as unset, and reads no others', () => {
    expect(readEnvironment({ HTTP_PORT: '', NATS_URL: '', PATH: '/bin' })).toEqual(readEnvironment({}));
  });

  it('reads numbers as numbers', () => {
    expect(readEnvironment({ HTTP_PORT: '8080', NATS_REPLICAS: '3' })).toMatchObject({ HTTP_PORT: 8_080, NATS_REPLICAS: 3 });
  });

  it('reports all problems together, each by its name', () => {
    const problems = problemsOf({ HTTP_PORT: '70000', LOG_LEVEL: 'loud', NATS_REPLICAS: 'three', MINT_SYMBOL: 'MUCH-TOO-LONG' });
    expect(problems).toEqual(
      ['NATS_REPLICAS', 'HTTP_PORT', 'LOG_LEVEL', 'MINT_SYMBOL'].map((name) => expect.stringMatching(`^${name}: .+`)),
    );
  });

  it('reports no secret', () => {
    const problems = problemsOf({
      NATS_PASSWORD: 'hunter2',
      NATS_EDGE_PASSWORD: 'hunter2',
      DATABASE_PROJECTOR_URL: 'postgres://a:hunter2@b',
      HTTP_PORT: 'x',
    });
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('reads a hand-written file: spaces, quotes, comments, exported, with the line ends of another system', () => {
    const folder = mkdtempSync(join(tmpdir(), 'admit-environment-'));
    const lines = [
      '# mine',
      '  ',
      ' export NATS_USER = me # myself',
      'LOG_LEVEL="warn" # loud',
      `NATS_PASSWORD='a "b" #c'\r`,
      'NATS_REPLICAS=',
    ];
    writeFileSync(join(folder, 'file.env'), lines.join('\n'));
    loadEnvironmentFile(join(folder, 'no.env'));
    loadEnvironmentFile(join(folder, 'file.env'));
    rmSync(folder, { recursive: true });
    expect(readEnvironment()).toMatchObject({ NATS_USER: 'me', LOG_LEVEL: 'warn', NATS_PASSWORD: 'a "b" #c', NATS_REPLICAS: 1 });
  });

  it('has an example that reads as the defaults', () => {
    const lines = environmentExample()
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    const example = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    expect(readEnvironment(example)).toEqual(readEnvironment({}));
  });
});
