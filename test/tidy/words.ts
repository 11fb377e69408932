import { isCode, type Rule, type Slip, type Source, slipsInText } from './source.js';

/** A word that only this project used, or that hides the actor; and its replacement (docs/glossary.md). */
interface PrivateWord {
  readonly word: RegExp;
  readonly instead: string;
}

const PRIVATE_WORDS: readonly PrivateWord[] = [
  { word: /\bleash(?:es)?\b/i, instead: 'parent-death watcher' },
  { word: /\bleftovers?\b/i, instead: 'orphan processes' },
  { word: /\bletter ?box(?:es)?\b/i, instead: 'dead-letter queue' },
  { word: /(?<!dead[- ])\bletters?\b/i, instead: 'dead-letter entry' },
  { word: /\b(?:bury|buried|burial)\b/i, instead: 'dead-letter (verb)' },
  { word: /\bparked\b/i, instead: 'dead-lettered' },
  { word: /\bsweeps?\b/i, instead: 'expiry' },
  { word: /\bdesks?\b/i, instead: 'handler, poster' },
  { word: /\bfold(?:s|ed|ing)?\b/i, instead: 'state, aggregate; to apply events' },
  { word: /(?<!front-)\bdoor\b/i, instead: 'admission, auth guard' },
  { word: /\bhouse rules\b/i, instead: 'auth options' },
  { word: /\bsays? why not\b/i, instead: 'print the error' },
  { word: /\bwish(?:es)?\b/i, instead: 'options' },
  { word: /\b(?:a|the|each|next|first|own|one|shared) looks?\b|\blooks? at the log\b/i, instead: 'read' },
  { word: /\blooked at\b/i, instead: 'checked, read' },
  { word: /\b(?:told|tells? of)\b/i, instead: 'reported' },
  { word: /\bnews\b/i, instead: 'notification, result' },
  { word: /\b(?:whoever|who asks|who sees what)\b/i, instead: 'the caller, or another named actor' },
  { word: /\b(?:nobody|somebody|everybody)\b/i, instead: 'a named actor' },
  { word: /\b(?:hear|hears|heard)\b/i, instead: 'receive; response' },
  { word: /\bpatience\b/i, instead: 'retry policy, timeout' },
  { word: /\bowed\b(?<!-owed)(?<!_owed)/i, instead: 'refund due' },
  { word: /\bmend(?:s|ed|ing)?\b/i, instead: 'repair, fix' },
  { word: /\banew\b/i, instead: 'again' },
  { word: /\bbelieve[sd]?\b/i, instead: 'accept, trust' },
  { word: /\bwonders?\b/i, instead: 'assert' },
];

/**
 * Where the words are not used. Documents come first; a folder of code is added here when its words are replaced. Pages that are made of test
 * titles and of texts in dev/audit follow with those.
 */
const HELD: readonly RegExp[] = [
  /^[^/]+\.md$/,
  /^docs\/.*\.md$/,
  /(?:^|\/)README\.md$/,
  /^deploy\/prometheus\/(?:alerts|prometheus)\.yml$/,
];
/** Words that code no longer has, in names, comments, texts and test titles. */
const GONE_FROM_CODE: readonly PrivateWord[] = [
  { word: /\bleash(?:es)?\b/i, instead: 'parent-death watcher' },
  { word: /\bleftovers?\b/i, instead: 'orphan processes' },
  { word: /\bletter ?box(?:es)?\b/i, instead: 'dead-letter queue' },
  { word: /\bparked\b/i, instead: 'dead-lettered' },
  { word: /\bhouse rules\b/i, instead: 'auth options' },
  { word: /\bmischief\b/i, instead: 'fault' },
  { word: /\bpatience\b/i, instead: 'retry policy, timeout' },
  { word: /\b(?:insist|wonder)s?\b/i, instead: 'retry; assert' },
  { word: /\b(?:whoever|who asks|who sees what)\b/i, instead: 'the caller, or another named actor' },
  { word: /\b(?:is|are|was|were) told\b|\bsaid so\b/i, instead: 'receives, was reported' },
  { word: /\bcomes in\b|\bstands there\b/i, instead: 'arrives; is' },
];
const MADE_OF_CODE = /^docs\/(?:AUDIT|audit-mutants)\.md$/;
/** In audits-compared.md, what `npm run audit` writes comes after this line. */
const WRITTEN_FROM_HERE = '<!-- written by npm run audit: from here -->';

const isHeld = ({ path }: Source): boolean => HELD.some((under) => under.test(path)) && !MADE_OF_CODE.test(path);
const byHand = (source: Source): Source => ({ ...source, text: source.text.split(WRITTEN_FROM_HERE)[0] ?? '' });

const wordsOfTheField: Rule = {
  title: 'uses words that an engineer of another company knows',
  slips: (source): Slip[] =>
    isHeld(source)
      ? PRIVATE_WORDS.flatMap(({ word, instead }) => slipsInText(byHand(source), word, (found) => `says "${found}": write ${instead}`))
      : [],
  offenders: [
    'A letter lies in DEAD.',
    'The command was buried.',
    'Whoever asks is told 503.',
    'It is a fold of the log.',
    'Readers share a look at the log.',
    'The money is owed.',
  ].map((text) => ({ path: 'docs/operations.md', text })),
  innocent: [
    { path: 'docs/operations.md', text: 'A dead letter. It looks like a card number. The status is `refund-owed`.' },
    { path: 'docs/audits-compared.md', text: `${WRITTEN_FROM_HERE}\nIt is told.` },
    { path: 'docs/AUDIT.md', text: 'It is told.' },
    { path: 'apps/purchase/src/main.ts', text: '// Whoever asks is told.' },
  ],
};

/** The list of words and its samples. */
const OF_THIS_RULE = /^test\/tidy\//;

const wordsGoneFromCode: Rule = {
  title: 'does not bring back words that the code no longer has',
  slips: (source): Slip[] =>
    isCode(source) && !OF_THIS_RULE.test(source.path)
      ? GONE_FROM_CODE.flatMap(({ word, instead }) => slipsInText(source, word, (found) => `says "${found}": write ${instead}`))
      : [],
  offenders: ['// Whoever asks.', "it('is told 409', () => {});", 'const patience = 5;', 'class Leash {}', '// It comes in late.'].map(
    (text) => ({
      path: 'apps/purchase/src/main.ts',
      text,
    }),
  ),
  innocent: [
    { path: 'apps/purchase/src/main.ts', text: '// The caller receives 409. The order comes into effect.' },
    { path: 'test/tidy/words.ts', text: '// Whoever asks is told.' },
    { path: 'docs/AUDIT.md', text: 'It is told.' },
  ],
};

export const wordRules: readonly Rule[] = [wordsOfTheField, wordsGoneFromCode];
