import { getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { assetSeed, memoOf } from '#shared/domain/mint/ticket-record.js';
import type { OrderId, SaleId, TenantId, TicketId, UnitId } from '#shared/kernel/ids.js';
import { ticketId } from '#shared/kernel/ids.js';
import type { Receipt } from '#shared/platform/receipt.js';
import { differs, type Finding, holds, sameOr, unknown } from '../../receipt-finding.js';
import { hasLeaf, leafFindings } from '../bubblegum/check-leaf.js';
import { markerAddress } from '../bubblegum/marker.js';
import { assetAddress } from './asset-address.js';
import { holderOf, judgeAccount } from './judge-account.js';
import { findMint, type Minting } from './minting.js';
import type { Rpc } from './rpc/rpc.js';

/**
 * Verifies every member of a receipt against the finalized state of the chain that it names. `issuer` is the base key that the organiser
 * published; without it the result does not cover who issued the ticket.
 * @throws Fault `chain-unreachable` when no node responds
 */
export async function checkReceipt(rpc: Rpc, receipt: Receipt, issuer?: string): Promise<readonly Finding[]> {
  const own = [...issuedBy(receipt, issuer), ...ownFindings(receipt)];
  const genesis = await rpc.ask('getGenesisHash', (connection) => connection.getGenesisHash());
  if (genesis !== receipt.genesisHash)
    return [...own, differs('genesisHash', `the receipt is of the chain ${receipt.genesisHash}, this node serves ${genesis}`)];
  const same = holds('genesisHash', 'the node serves the chain of the receipt');
  if (unreadable(receipt).length > 0) return [...own, same];
  return [
    ...own,
    same,
    ...(await transactionFindings(rpc, receipt)),
    ...(await (hasLeaf(receipt) ? leafFindings(rpc, receipt) : assetFindings(rpc, receipt))),
  ];
}

const ADDRESSES = [
  ['record.asset', ({ record }: Receipt) => record.asset],
  ['record.wallet', ({ record }: Receipt) => record.wallet],
  ['address.base', ({ address }: Receipt) => address.base],
  ['leaf.tree', ({ leaf, address }: Receipt) => leaf?.tree ?? address.base],
  ['leaf.collection', ({ leaf, address }: Receipt) => leaf?.collection ?? address.base],
] as const;
const unreadable = (receipt: Receipt) => ADDRESSES.filter(([, of]) => keyIn(of(receipt)) === undefined);

/** Checks the members of a receipt against each other. */
function ownFindings(receipt: Receipt): Finding[] {
  const { record, salt, memo, address } = receipt;
  const bad = unreadable(receipt);
  const ticket = ticketId(record.tenant as TenantId, record.sale as SaleId, record.order as OrderId, record.unit as UnitId);
  return [
    sameOr('memo', memoOf(record, salt) === memo, 'is the hash of the record and the salt', 'is not the hash of this record and this salt'),
    sameOr(
      'record.ticket',
      ticket === record.ticket,
      'is of tenant, sale, order and unit',
      `of this tenant, sale, order and unit is ${ticket}`,
    ),
    ...bad.map(([about]) => differs(about, 'is no address')),
    ...(bad.length > 0
      ? []
      : addressFindings(
          receipt,
          (hasLeaf(receipt) ? markerAddress : assetAddress)(
            new PublicKey(address.base),
            record.tenant as TenantId,
            record.ticket as TicketId,
          ),
        )),
  ];
}

function addressFindings({ record, address }: Receipt, due: ReturnType<typeof assetAddress>): Finding[] {
  const seed = assetSeed(record.tenant, record.ticket);
  return [
    sameOr('address.program', address.program === due.program, 'is the program of the assets', `is not ${due.program}`),
    sameOr('address.seed', address.seed === seed, 'is of tenant and ticket', `of this tenant and ticket is ${seed}`),
    sameOr(
      'record.asset',
      record.asset === due.asset,
      'is the address of base, seed and program',
      `of this base and ticket is ${due.asset}`,
    ),
  ];
}

const issuedBy = ({ address: { base } }: Receipt, issuer: string | undefined): Finding[] =>
  issuer === undefined ? [] : [sameOr('address.base', base === issuer, 'is the issuer that was named', `is not the issuer ${issuer}`)];

async function transactionFindings(rpc: Rpc, receipt: Receipt): Promise<Finding[]> {
  const found = await findMint(rpc, receipt);
  switch (found.kind) {
    case 'found':
      return mintFindings(found.minting, receipt);
    case 'other':
      return [differs('signature', `the asset was minted by ${found.signature}`)];
    case 'none':
      return [differs('signature', found.why)];
    case 'pruned':
      return [
        unknown('signature', 'the node does not know the transaction: its history may not reach back so far; use a node with full history'),
      ];
  }
}

function mintFindings({ makesAsset, memos, error, wallets, slot }: Minting, { memo, record, leaf }: Receipt): Finding[] {
  return [
    sameOr('signature', makesAsset, `made the asset, in slot ${slot}`, error === null ? 'did not make this asset' : `failed: ${error}`),
    sameOr(
      'memo',
      memos.length === 1 && memos[0] === memo,
      'is in the transaction',
      `in the transaction is ${memos.join(' and ') || 'not there'}`,
    ),
    ...(leaf === undefined
      ? [sameOr('record.wallet', wallets.includes(record.wallet), 'was given the token', 'was not given the token')]
      : []),
  ];
}

async function assetFindings(rpc: Rpc, { record, metadata, delegate }: Receipt): Promise<Finding[]> {
  const { asset, wallet } = record;
  const { slot } = await rpc.finalizedHead();
  const [account, holding] = await rpc.accounts([new PublicKey(asset), holdingOf(asset, wallet)], slot);
  const judgement = judgeAccount(account?.account ?? null, { asset, ...metadata, ...(delegate !== undefined && { delegate }) });
  if (judgement.kind === 'absent') return [differs('asset', 'no account is at its address')];
  if (judgement.kind === 'foreign') return [differs('asset', `is ${judgement.found}: differs from the receipt`)];
  const held = holderOf(holding?.account ?? null, { asset }) === wallet ? `in ${wallet}` : 'no longer in the wallet it was minted for';
  return [
    holds('asset', 'equals the receipt, can never change, and cannot be duplicated'),
    sameOr('supply', judgement.supply === 1n, `1, ${held}`, '0: the asset was burned'),
  ];
}

/** Accepts invalid wallets too: a receipt may contain anything. */
const holdingOf = (asset: string, wallet: string): PublicKey =>
  getAssociatedTokenAddressSync(new PublicKey(asset), new PublicKey(wallet), true, TOKEN_2022_PROGRAM_ID);

function keyIn(text: string): PublicKey | undefined {
  try {
    return new PublicKey(text);
  } catch {
    return undefined; // web3.js throws only because it is no address
  }
}
