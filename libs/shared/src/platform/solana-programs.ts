import { sha256 } from '../kernel/hash.js';

/** A Solana program that compressed tickets need, and that this repository may not contain. */
export interface ProgramFile {
  readonly file: string;
  readonly address: string;
  readonly licence: string;
  /** SHA-256 of the tested builds, without trailing zeros: a cluster stores more of them than the file has. */
  readonly hashes: readonly string[];
}

const METAPLEX = 'Metaplex (NFT) Open Source License';
const APACHE = 'Apache-2.0';

export const PROGRAM_FILES: readonly ProgramFile[] = [
  {
    file: 'mpl_bubblegum.so',
    address: 'BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY',
    licence: METAPLEX,
    hashes: ['986ec3fd78b317426bbfe1f126699c1045b0b5ec6fd9d6da2890980e0307d53d'],
  },
  {
    file: 'mpl_account_compression.so',
    address: 'mcmt6YrQEMKw8Mw43FmpRLmf7BqRnFMKmAcbxE3xkAW',
    licence: APACHE,
    hashes: ['6244dfe1fea9348036073562218b41b1064f340f0debc5d3a90e4137f5ce510b'],
  },
  {
    file: 'mpl_noop.so',
    address: 'mnoopTCrg4p8ry25e4bcWA9XZjbNjMTfgYVGGEdRsf3',
    licence: APACHE,
    hashes: ['0c8d73a2b308e9cc73cefb6f29c5ee1a1992d2697fa2c7f76f5e5196147422c3'],
  },
  {
    file: 'mpl_core.so',
    address: 'CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d',
    licence: METAPLEX,
    hashes: ['cf06954a10fcbfe701c86823cb5c54cf760578c68b62aea0406d3afaec7ac6b6'],
  },
];

/** The hash that identifies a build, read from any source. */
export function programHash(elf: Uint8Array): string {
  let end = elf.length;
  while (end > 0 && elf[end - 1] === 0) end -= 1;
  return sha256(elf.subarray(0, end));
}
