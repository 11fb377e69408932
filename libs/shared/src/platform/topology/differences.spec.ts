import { differences } from './differences.js';

describe('the differences of a found configuration from the required one', () => {
  it('are named by stream and member, with both values', () => {
    expect(
      differences('EVENTS', { discard: 'new', max_age: 0, deny_delete: true }, { discard: 'old', max_age: 5, deny_delete: true }),
    ).toEqual([
      { what: 'EVENTS.discard', wanted: 'new', found: 'old' },
      { what: 'EVENTS.max_age', wanted: 0, found: 5 },
    ]);
  });

  it('are none if a server omits false, zero or empty members', () => {
    expect(differences('EVENTS', { allow_direct: false, max_age: 0, description: '' }, {})).toEqual([]);
  });

  it('include a required member that a server omits', () => {
    expect(differences('EVENTS', { deny_purge: true, subjects: ['a'] }, {})).toEqual([
      { what: 'EVENTS.deny_purge', wanted: true, found: undefined },
      { what: 'EVENTS.subjects', wanted: ['a'], found: undefined },
    ]);
  });

  it('do not depend on the order of members, but on the order of a list', () => {
    expect(differences('C', { subject_transform: { src: 'a', dest: 'b' } }, { subject_transform: { dest: 'b', src: 'a' } })).toEqual([]);
    expect(differences('C', { filter_subjects: ['a', 'b'] }, { filter_subjects: ['b', 'a'] })).toHaveLength(1);
  });

  it('are ignored in members that are not required', () => {
    expect(differences('EVENTS', { name: 'EVENTS' }, { name: 'EVENTS', metadata: { owner: 'x' }, max_bytes: 5 })).toEqual([]);
  });
});
