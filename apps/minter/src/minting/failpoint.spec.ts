import { armFailpoint, FAILPOINTS } from './failpoint.js';

const passAll = (env: { NODE_ENV: string; FAILPOINT: string }): number => {
  let deaths = 0;
  const passBy = armFailpoint(env, () => {
    deaths += 1;
  });
  for (const step of FAILPOINTS) passBy(step);
  return deaths;
};

describe('a failpoint', () => {
  it.each(FAILPOINTS)('kills at %s in a test that names it', (FAILPOINT) => {
    expect(passAll({ NODE_ENV: 'test', FAILPOINT })).toBe(1);
  });

  it('may name a later pass through the step', () => {
    let deaths = 0;
    const passBy = armFailpoint({ NODE_ENV: 'test', FAILPOINT: 'before-sign:3' }, () => {
      deaths += 1;
    });
    const after = [1, 2, 3, 4].map(() => {
      passBy('before-sign');
      return deaths;
    });
    expect(after).toEqual([0, 0, 1, 1]);
  });

  it.each(['', 'production', 'development'])('does nothing with NODE_ENV "%s", whatever is named', (NODE_ENV) => {
    for (const FAILPOINT of [...FAILPOINTS, 'no such step']) expect(passAll({ NODE_ENV, FAILPOINT })).toBe(0);
  });

  it('does nothing in a test that names no step, and refuses an unknown step', () => {
    expect(passAll({ NODE_ENV: 'test', FAILPOINT: '' })).toBe(0);
    expect(() => passAll({ NODE_ENV: 'test', FAILPOINT: 'befor-sign' })).toThrow('before-sign');
  });
});
