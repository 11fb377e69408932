import { PublicKey, SystemProgram } from '@solana/web3.js';
import { u64 } from './bytes.js';

/** Bubblegum (mints, burns), the account compression that holds its trees, the program that logs leaves, and MPL Core (collections). */
export const BUBBLEGUM = new PublicKey('BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY');
export const COMPRESSION = new PublicKey('mcmt6YrQEMKw8Mw43FmpRLmf7BqRnFMKmAcbxE3xkAW');
export const NOOP = new PublicKey('mnoopTCrg4p8ry25e4bcWA9XZjbNjMTfgYVGGEdRsf3');
export const CORE = new PublicKey('CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d');
/** Of markers. A plan with this program is of a compressed ticket. */
export const MARKER_PROGRAM = SystemProgram.programId;

const derived = (...seeds: Uint8Array[]): PublicKey => PublicKey.findProgramAddressSync(seeds, BUBBLEGUM)[0];

/** Signs for Bubblegum when it reads a collection. */
export const CORE_SIGNER = derived(Buffer.from('mpl_core_cpi_signer'));

/** The account in which Bubblegum counts a tree's leaves and keeps who may mint into it. */
export const treeConfig = (tree: PublicKey): PublicKey => derived(tree.toBytes());

/** The address that wallets know a leaf by. No account is there. */
export const assetId = (tree: PublicKey, index: number): PublicKey => derived(Buffer.from('asset'), tree.toBytes(), u64(index));
