import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BITS = 0x03;
const OBJECT_ID = 0x06;
const TEXT = 0x0c;
const TIME = 0x17;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const OCTETS = 0x04;
const BOOLEAN = 0x01;
const DNS_NAME = 0x82;
/** Object identifiers 1.3.101.112 (Ed25519) and 2.5.4.3 (common name). */
const ED25519 = der(SEQUENCE, der(OBJECT_ID, Buffer.from([0x2b, 0x65, 0x70])));
const COMMON_NAME = der(OBJECT_ID, Buffer.from([0x55, 0x04, 0x03]));

/** Object identifiers 2.5.29.19 (basic constraints) and 2.5.29.17 (subject alternative name). */
const BASIC_CONSTRAINTS = der(OBJECT_ID, Buffer.from([0x55, 0x1d, 0x13]));
const ALTERNATIVE_NAME = der(OBJECT_ID, Buffer.from([0x55, 0x1d, 0x11]));

/** Both as PEM: generated each time, so that no key is in the repository. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate that no authority signed. */
export function untrustedCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = nameOf('localhost');
  return certificate({ subject: name, of: publicKey, issuer: name, by: privateKey }, privateKey);
}

/** An authority of one's own, and certificates that it signed. */
export function certificateAuthority(): { readonly cert: string; readonly issue: (host: string) => Certificate } {
  const { privateKey: by, publicKey: of } = generateKeyPairSync('ed25519');
  const issuer = nameOf('an authority of our own');
  const isAuthority = der(SEQUENCE, BASIC_CONSTRAINTS, der(OCTETS, der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])))));
  return {
    cert: certificate({ subject: issuer, of, issuer, by, extensions: [isAuthority] }, by).cert,
    issue: (host) => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const names = der(SEQUENCE, ALTERNATIVE_NAME, der(OCTETS, der(SEQUENCE, der(DNS_NAME, Buffer.from(host)))));
      return certificate({ subject: nameOf(host), of: publicKey, issuer, by, extensions: [names] }, privateKey);
    },
  };
}

interface Signing {
  readonly subject: Buffer;
  readonly of: KeyObject;
  readonly issuer: Buffer;
  readonly by: KeyObject;
  readonly extensions?: readonly Buffer[];
}

function certificate({ subject, of, issuer, by, extensions = [] }: Signing, key: KeyObject): Certificate {
  const validity = der(SEQUENCE, der(TIME, Buffer.from('200101000000Z')), der(TIME, Buffer.from('490101000000Z')));
  const serial = der(INTEGER, Buffer.from([1, ...randomBytes(8)]));
  const version = der(VERSION, der(INTEGER, Buffer.from([2])));
  const more = extensions.length === 0 ? [] : [der(EXTENSIONS, der(SEQUENCE, ...extensions))];
  const told = der(SEQUENCE, version, serial, ED25519, issuer, validity, subject, of.export({ type: 'spki', format: 'der' }), ...more);
  const signature = der(BITS, Buffer.from([0]), sign(null, told, by));
  return {
    cert: pem('CERTIFICATE', der(SEQUENCE, told, ED25519, signature)),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function nameOf(text: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, Buffer.from(text)))));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

/** As short as it can be: anything else is malformed. */
function lengthOf(bytes: number): number[] {
  if (bytes < 0x80) return [bytes];
  return bytes < 0x100 ? [0x81, bytes] : [0x82, bytes >> 8, bytes & 0xff];
}

const pem = (what: string, bytes: Buffer): string =>
  `-----BEGIN ${what}-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END ${what}-----\n`;
