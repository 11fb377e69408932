import { differences } from './differences.js';

describe('the differences of what is from what is wanted', () => {
  it('are named by stream and member, with both values', () => {
    expect(
      differences('EVENTS', { discard: 'new', max_age: 0, deny_delete: true }, { discard: 'old', max_age: 5, deny_delete: true }),
    ).toEqual([
      { what: 'EVENTS.discard', wanted: 'new', found: 'old' },
      { what: 'EVENTS.max_age', wanted: 0, found: 5 },
    ]);
  });

  it('are none where a server leaves out what is false, zero or empty', () => {
    expect(differences('EVENTS', { allow_direct: false, max_age: 0, description: '' }, {})).toEqual([]);
  });

  it('are seen where a server leaves out what is wanted', () => {
    expect(differences('EVENTS', { deny_purge: true, subjects: ['a'] }, {})).toEqual([
      { what: 'EVENTS.deny_purge', wanted: true, found: undefined },
      { what: 'EVENTS.subjects', wanted: ['a'], found: undefined },
    ]);
  });

  it('do not come from the order of members, but from the order of a list', () => {
    expect(differences('C', { subject_transform: { src: 'a', dest: 'b' } }, { subject_transform: { dest: 'b', src: 'a' } })).toEqual([]);
    expect(differences('C', { filter_subjects: ['a', 'b'] }, { filter_subjects: ['b', 'a'] })).toHaveLength(1);
  });

  it('are not looked for where nothing is wanted', () => {
    expect(differences('EVENTS', { name: 'EVENTS' }, { name: 'EVENTS', metadata: { owner: 'x' }, max_bytes: 5 })).toEqual([]);
  });
});
