import { personalProblem } from '../../values.js';

/** Characters of an organiser's address: it fits a metadata document, and no wallet truncates it. */
const MAX_LINK_LENGTH = 256;
const LINK = /^https:\/\/[\x21-\x7e]+$/;

/** For documents of the API. */
export const LINK_RULE = {
  description: `An https address of at most ${MAX_LINK_LENGTH} printable ASCII characters, without a user name. Wallets fetch it, this service never does.`,
  pattern: LINK.source,
  maxLength: MAX_LINK_LENGTH,
} as const;

/** Checks an address that wallets can open, and that stays in the log and in documents for ever. */
export function linkProblem(text: string): string | undefined {
  if (text.length > MAX_LINK_LENGTH) return `must be at most ${MAX_LINK_LENGTH} characters`;
  const url = LINK.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return 'must be an address such as https://organiser.example/gala.png';
  return url.username + url.password === '' ? personalProblem(text) : 'must have no user name or password';
}
