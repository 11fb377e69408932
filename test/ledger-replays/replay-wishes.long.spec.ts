import { admit, operatorOf, type Ran } from '../harness/admit.js';
import { LedgerStage } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('replay-wishes');

const settings = (): Readonly<Record<string, string>> => {
  const { user, pass } = stage.nats.credentials('replay');
  const login = { NATS_REPLAY_USER: user, NATS_REPLAY_PASSWORD: pass };
  return { ...operatorOf(stage.nats), ...login, DATABASE_REPLAY_URL: stage.urls.replay, TZ: 'Asia/Tokyo' };
};
const replay = (...args: string[]): Promise<Ran> => admit(settings(), 'replay', ...args);
const said = async (...args: string[]): Promise<[number, string]> => {
  const { code, out, error } = await replay(...args);
  return [code, out + error];
};

describe('of an empty log', () => {
  it('the ledger is equal, and no time of it is taken for a gap', async () => {
    expect(await said()).toEqual([0, expect.stringContaining('equal at commit 0: 0 events')]);
    expect(await said('--until', '2030-01-01T00:00:00Z')).toEqual([2, expect.stringMatching(/configuration.*the log is empty/)]);
  });
});

describe('of a log', () => {
  let last: number;
  beforeAll(async () => {
    last = await stage.projects(() => stage.sell('demo', 'gala', 3));
  });

  it.each([['--bogus'], ['gala'], ['--until']])('%s is no valid option: it ends with 2, unlike a difference', async (arg) => {
    expect(await said(arg)).toEqual([2, expect.stringMatching(/^error: /)]);
  });

  it.each([
    '0',
    '1.5',
    '-1',
    '12-31',
    '2030-01-01',
    '2030-01-01T00:00:00',
    'tomorrow',
    '2030-02-31T25:00:00Z',
    '',
  ])('up to "%s" is up to nothing: neither a sequence nor a time that is the same everywhere', async (until) => {
    expect(await said(`--until=${until}`)).toEqual([2, expect.stringContaining('neither a stream sequence nor an RFC 3339 time')]);
  });

  it('up to a time means up to the last commit stored by then, whatever the zone', async () => {
    const later = '2040-01-01T00:00:00';
    for (const until of [`${later}Z`, `${later}.123456789+09:00`, `${later}-03:30`])
      expect(await said('--until', until)).toEqual([0, expect.stringContaining(`equal at commit ${last}:`)]);
    expect(await said('--until', '2001-01-01T00:00:00Z')).toEqual([2, expect.stringContaining('the log begins later')]);
    expect(await said('--until', `${last + 1}`)).toEqual([2, expect.stringContaining('not that far yet')]);
  });

  it.each([
    ['what it is asked for', {}, ['--tenant', 'dmeo'], /(?:^|s left\n)configuration: .* \{"problems":\["--tenant dmeo: [^\n]*\n$/],
    ['the ledger', { DATABASE_REPLAY_URL: 'postgres://x:y@127.0.0.1:1/admit' }, [], /^database-unreachable: [A-Z][^\n]*\n$/],
    ['promoting', {}, ['--promote'], /^configuration: .* \{"problems":\["DATABASE_ADMIN_URL is needed to promote"\]\}\n$/],
  ])('names the cause %s in one sentence on standard error, and prints nothing in place of its result', async (_, other, args, sentence) => {
    for (const json of [[], ['--json']])
      expect(await admit({ ...settings(), ...other }, 'replay', ...args, ...json)).toEqual({
        code: 2,
        out: '',
        error: expect.stringMatching(sentence),
      });
  });

  it('a tenant that it does not speak of is refused: nothing would be equal to nothing', async () => {
    expect(await said('--tenant', 'dmeo')).toEqual([2, expect.stringContaining('--tenant dmeo: up to commit')]);
    expect(await said('--tenant', 'demo')).toEqual([0, expect.stringContaining('equal')]);
    expect(await said('--tenant', 'demo', '--until', '1')).toEqual([0, expect.stringContaining('equal at commit 1')]);
  });
});
