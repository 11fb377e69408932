/** The only user of a separate account, which can pull one consumer and read the stream's info, and nothing else. */
export const REPLAY_USER = 'replay';
export const REPLAY_CONSUMER = 'replay';
/** The account's names of the two services that it imports: it cannot even address the JetStream API. */
export const REPLAY_NEXT_SUBJECT = 'app.next';
export const REPLAY_INFO_SUBJECT = 'app.info';

const NEXT = `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${REPLAY_CONSUMER}`;
const INFO = '$JS.API.STREAM.INFO.EVENTS';

/** The requests that account APP, which holds the streams, permits, and their names in the replay account. */
export const REPLAY_SERVICES = [
  { subject: NEXT, to: REPLAY_NEXT_SUBJECT, isStream: true },
  { subject: INFO, to: REPLAY_INFO_SUBJECT, isStream: false },
] as const;
export const REPLAY_RIGHTS = { publish: REPLAY_SERVICES.map(({ to }) => to), subscribe: [`_INBOX.${REPLAY_USER}.>`] };

/** In the server's configuration syntax. */
export const REPLAY_EXPORTS: readonly string[] = REPLAY_SERVICES.map(
  ({ subject, isStream }) => `{ service: "${subject}",${isStream ? ' response_type: stream,' : ''} accounts: [REPLAY] }`,
);
const PUBLISH = JSON.stringify(REPLAY_RIGHTS.publish);
const SUBSCRIBE = JSON.stringify(REPLAY_RIGHTS.subscribe);

/** The account, with its user's login: `user: …, password: …`. */
export const replayAccount = (login: string): readonly string[] => [
  '  REPLAY {',
  `    users: [ { ${login}, permissions: { publish: { allow: ${PUBLISH} }, subscribe: { allow: ${SUBSCRIBE} } } } ]`,
  '    imports: [',
  ...REPLAY_SERVICES.map(({ subject, to }) => `      { service: { account: APP, subject: "${subject}" }, to: "${to}" }`),
  '    ]',
  '  }',
];
