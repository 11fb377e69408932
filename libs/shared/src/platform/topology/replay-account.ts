/** The one user of an account of its own, which can pull one consumer and read what the stream says of itself, and nothing else. */
export const REPLAY_USER = 'replay';
export const REPLAY_CONSUMER = 'replay';
/** What the account calls the two services it imports: it cannot even name the JetStream API. */
export const REPLAY_NEXT_SUBJECT = 'app.next';
export const REPLAY_INFO_SUBJECT = 'app.info';

const NEXT = `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${REPLAY_CONSUMER}`;
const INFO = '$JS.API.STREAM.INFO.EVENTS';
const PUBLISH = `["${REPLAY_NEXT_SUBJECT}", "${REPLAY_INFO_SUBJECT}"]`;

/** What account APP, where the streams live, lets it ask; in the form of the server's configuration. */
export const REPLAY_EXPORTS: readonly string[] = [
  `{ service: "${NEXT}", response_type: stream, accounts: [REPLAY] }`,
  `{ service: "${INFO}", accounts: [REPLAY] }`,
];

/** The account, with how its user logs in: `user: …, password: …`. */
export const replayAccount = (login: string): readonly string[] => [
  '  REPLAY {',
  `    users: [ { ${login}, permissions: { publish: { allow: ${PUBLISH} }, subscribe: { allow: ["_INBOX.${REPLAY_USER}.>"] } } } ]`,
  '    imports: [',
  `      { service: { account: APP, subject: "${NEXT}" }, to: "${REPLAY_NEXT_SUBJECT}" }`,
  `      { service: { account: APP, subject: "${INFO}" }, to: "${REPLAY_INFO_SUBJECT}" }`,
  '    ]',
  '  }',
];
