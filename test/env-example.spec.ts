import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample, readEnvironment } from '#shared/platform/process/environment.js';

const example = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8');
const assignments = example.split('\n').flatMap((line) => {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
  return name === undefined || value === undefined ? [] : [[name, value] as const];
});

describe('.env.example', () => {
  it('equals the environment schema (npm run env-example writes it)', () => {
    expect(example).toBe(environmentExample());
  });

  it('changes nothing when it is used unchanged', () => {
    expect(readEnvironment(Object.fromEntries(assignments))).toEqual(readEnvironment({}));
  });

  it('holds no secret', () => {
    const secret = assignments.filter(([name]) => /PASSWORD|SECRET|TOKEN|DATABASE_.*URL/.test(name));
    expect(secret.length).toBeGreaterThan(0);
    expect(secret.filter(([, value]) => value !== '')).toEqual([]);
  });
});
