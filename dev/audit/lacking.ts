/** What a check still waits for, said where the audit says FAIL because no test shows it. An entry whose check has a test is a lie: a test says so. */
export const LACKING: Readonly<Record<string, string>> = {
  'minting RS3': 'attempts are counted in events and dead letters, but in no metric yet',
  'blockchain NFT-5': 'the URI is made of the ticket alone, but there is no metadata document yet',
  'blockchain SC-9': 'there are no metrics and no alert rules yet',
};
