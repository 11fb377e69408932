/** What a check without a test still needs; shown where the audit says FAIL. A test rejects an entry whose check has a test. */
export const LACKING: Readonly<Record<string, string>> = {};
