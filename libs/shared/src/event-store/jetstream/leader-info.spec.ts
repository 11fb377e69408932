import { fromLeader, wholeCopies } from './leader-info.js';

const ACTIVE = 900_000_000;
const SILENT = 2_600_000_000;
const copy = (name: string, current = true, offline = false, active = ACTIVE) => ({ name, current, offline, active, lag: 0 });
const silent = (name: string) => copy(name, true, false, SILENT);
const never = (name: string) => copy(name, false, true, 0);

describe('the info of a stream', () => {
  it.each([
    ['a lone server', {}],
    ['the only copy in a cluster', { cluster: { leader: 'n1' } }],
    ['the leader of three, which names the other two', { cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', false)] } }],
    ['the leader of three that heard from one of the other two', { cluster: { leader: 'n1', replicas: [silent('n2'), copy('n3')] } }],
    [
      'the leader of five that heard from two',
      { cluster: { leader: 'n1', replicas: [copy('n2'), silent('n3'), copy('n4'), never('n5')] } },
    ],
  ])('is accepted from %s', (_, info) => {
    expect(fromLeader('EVENTS', info)).toBe(info);
  });

  it.each([
    ['any server while there is no leader', { cluster: { replicas: [copy('n1'), copy('n2'), copy('n3')] } }],
    ['a copy that names the leader among the others', { cluster: { leader: 'n1', replicas: [copy('n1'), copy('n3')] } }],
  ])('is rejected from %s, and read again', (_, info) => {
    expect(() => fromLeader('EVENTS', info)).toThrow(expect.objectContaining({ code: 'log-unreachable', kind: 'retryable' }));
    expect(wholeCopies(info)).toBe(0);
  });

  it.each([
    ['three that heard from no other for the time of an election', { leader: 'n1', replicas: [silent('n2'), silent('n3')] }],
    ['three that no other has responded to yet', { leader: 'n1', replicas: [never('n2'), never('n3')] }],
    ['five that heard from one', { leader: 'n1', replicas: [copy('n2'), silent('n3'), silent('n4'), never('n5')] }],
  ])('is rejected from a leader of %s: the others may have another one', (_, cluster) => {
    const reason = expect.stringContaining('has no contact with the others');
    expect(() => fromLeader('EVENTS', { cluster })).toThrow(
      expect.objectContaining({ code: 'log-unreachable', context: { stream: 'EVENTS', reason } }),
    );
  });

  it('counts the complete replicas', () => {
    expect(wholeCopies({})).toBe(1);
    expect(wholeCopies({ cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', false)] } })).toBe(2);
    expect(wholeCopies({ cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', true, true)] } })).toBe(2);
    const agreeing = { leader: 'n1', replicas: [copy('n2'), copy('n3')], desired: {} };
    expect(wholeCopies({ cluster: agreeing })).toBe(0);
  });
});
