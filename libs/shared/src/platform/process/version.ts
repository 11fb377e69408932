/** Equals the package's version; a test compares. */
export const VERSION = '0.1.0';
