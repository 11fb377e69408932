import { PublicKey } from '@solana/web3.js';
import type { MintPlan } from '#shared/domain/mint/events.js';
import type { Wallet } from '#shared/kernel/ids.js';
import { mintLeaf } from './instructions.js';
import { leafHash } from './leaf.js';
import { assetId } from './programs.js';
import { TreeMirror } from './tree-mirror.js';

/** What Bubblegum itself did with this ticket, read from the transaction that minted it as the first leaf of a tree of depth 14. */
const RECORDED = {
  tree: new PublicKey('EdmxWPmx2WH6WgFfTdu9xfkYf3k1g5wD1zccTVySEEh1'),
  wallet: 'AKkzLhjhyFtM9j7WAhbaqYpFe49cXeJBg2kzLRC2PnNa' as Wallet,
  collection: '8SFqwqnq4whPhs8icwHA2hQg3hUoN1qrCLK1SBx3WKwe',
  data:
    '78791792ad6ec7cd0400000047616c610500000041444d49541600000075726e3a61646d69742d6f6e653a7265636f72646564000000000100000000' +
    '00016e7a1cdd29b0b78fd13af4c5598feff4ef2a97166e3ca6f2e4fbfccd80505bf10000',
  asset: '41d7ca5f93f561b651797c9bb29e59ebd1b45d83865dc552100e8d78cf98823f',
  leaf: 'bb5ff9196381c744c5327556346337415793a769bbde7d7839e86f23fdb58f4e',
  root: '21723875c87b538cd708c66850ec569f35564ce6ed133d16838e8bf97dafd8ce',
};
const { tree, wallet, collection } = RECORDED;
const plan = { wallet, name: 'Gala', symbol: 'ADMIT', uri: 'urn:admit-one:recorded', compressed: { collection } } as MintPlan;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a compressed ticket', () => {
  it('is asked for with the bytes that Bubblegum took', () => {
    expect(hex(mintLeaf(plan, tree, { payer: tree, base: tree }).data)).toBe(RECORDED.data);
  });

  it('has the address and the hash that Bubblegum gave it, and makes its tree the root that the chain has', () => {
    expect(hex(assetId(tree, 0).toBytes())).toBe(RECORDED.asset);
    const leaf = leafHash(plan, { tree, index: 0 });
    expect(hex(leaf)).toBe(RECORDED.leaf);
    const mirror = new TreeMirror(14);
    mirror.set(0, leaf);
    expect(hex(mirror.root)).toBe(RECORDED.root);
  });

  it.each<[string, Partial<MintPlan>]>([
    ['wallet', { wallet: collection as Wallet }],
    ['name', { name: 'Gal' }],
    ['symbol', { symbol: 'ADMI' }],
    ['URI', { uri: 'urn:admit-one:other' }],
    ['collection', { compressed: { collection: wallet } }],
  ])('has another hash with another %s', (_, other) => {
    expect(hex(leafHash({ ...plan, ...other }, { tree, index: 0 }))).not.toBe(RECORDED.leaf);
  });

  it('has another hash at another place', () => {
    expect(hex(leafHash(plan, { tree, index: 1 }))).not.toBe(RECORDED.leaf);
    expect(hex(leafHash(plan, { tree: new PublicKey(collection), index: 0 }))).not.toBe(RECORDED.leaf);
  });
});
