/** What a check still waits for, said where the audit says FAIL because no test shows it. An entry whose check has a test is a lie: a test says so. */
export const LACKING: Readonly<Record<string, string>> = {};
