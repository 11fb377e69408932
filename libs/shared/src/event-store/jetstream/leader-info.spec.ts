import { fromLeader, wholeCopies } from './leader-info.js';

const copy = (name: string, current = true, offline = false) => ({ name, current, offline, active: 0, lag: 0 });

describe('what is said of a stream', () => {
  it.each([
    ['a lone server', {}],
    ['the only copy in a cluster', { cluster: { leader: 'n1' } }],
    ['the leader of three, which names the other two', { cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', false)] } }],
  ])('is believed of %s', (_, info) => {
    expect(fromLeader('EVENTS', info)).toBe(info);
  });

  it.each([
    ['anybody while there is no leader', { cluster: { replicas: [copy('n1'), copy('n2'), copy('n3')] } }],
    ['a copy that names the leader among the others', { cluster: { leader: 'n1', replicas: [copy('n1'), copy('n3')] } }],
  ])('is not believed of %s: it is asked again', (_, info) => {
    expect(() => fromLeader('EVENTS', info)).toThrow(expect.objectContaining({ code: 'log-unreachable', kind: 'retryable' }));
    expect(wholeCopies(info)).toBe(0);
  });

  it('counts the copies that have all of it', () => {
    expect(wholeCopies({})).toBe(1);
    expect(wholeCopies({ cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', false)] } })).toBe(2);
    expect(wholeCopies({ cluster: { leader: 'n1', replicas: [copy('n2'), copy('n3', true, true)] } })).toBe(2);
    const agreeing = { leader: 'n1', replicas: [copy('n2'), copy('n3')], desired: {} };
    expect(wholeCopies({ cluster: agreeing })).toBe(0);
  });
});
