/** The only user of a separate account, which can pull one consumer and read the stream's info, and nothing else. */
export const REPLAY_USER = 'replay';
export const REPLAY_CONSUMER = 'replay';
/** The account's names of the two services that it imports: it cannot even address the JetStream API. */
export const REPLAY_NEXT_SUBJECT = 'app.next';
export const REPLAY_INFO_SUBJECT = 'app.info';

const NEXT = `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${REPLAY_CONSUMER}`;
const INFO = '$JS.API.STREAM.INFO.EVENTS';
const PUBLISH = `["${REPLAY_NEXT_SUBJECT}", "${REPLAY_INFO_SUBJECT}"]`;

/** The requests that account APP, which holds the streams, permits; in the server's configuration syntax. */
export const REPLAY_EXPORTS: readonly string[] = [
  `{ service: "${NEXT}", response_type: stream, accounts: [REPLAY] }`,
  `{ service: "${INFO}", accounts: [REPLAY] }`,
];

/** The account, with its user's login: `user: …, password: …`. */
export const replayAccount = (login: string): readonly string[] => [
  '  REPLAY {',
  `    users: [ { ${login}, permissions: { publish: { allow: ${PUBLISH} }, subscribe: { allow: ["_INBOX.${REPLAY_USER}.>"] } } } ]`,
  '    imports: [',
  `      { service: { account: APP, subject: "${NEXT}" }, to: "${REPLAY_NEXT_SUBJECT}" }`,
  `      { service: { account: APP, subject: "${INFO}" }, to: "${REPLAY_INFO_SUBJECT}" }`,
  '    ]',
  '  }',
];
