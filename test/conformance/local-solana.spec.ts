import { Connection, Keypair } from '@solana/web3.js';
import { type LocalSolana, startLocalSolana } from '../../dev/solana/local-solana.js';
import { fundedPayer, signMint } from './local-solana-mint.js';

const SLOT_MS = 20;

describe('the local Solana behind an unmodified Connection', () => {
  let chain: LocalSolana;
  let connection: Connection;

  beforeAll(async () => {
    chain = await startLocalSolana({ port: 0, slotMs: SLOT_MS });
    connection = new Connection(chain.url, 'processed');
  });
  afterAll(() => chain.stop());

  it('mints a Token-2022 ticket and confirms it at finalized', async () => {
    const payer = await fundedPayer(connection);
    const owner = Keypair.generate().publicKey;
    const mint = await signMint(connection, payer, owner);
    const signature = await connection.sendRawTransaction(mint.bytes);
    expect(signature).toBe(mint.signature);
    const { value } = await connection.confirmTransaction({ signature, ...mint }, 'finalized');
    expect(value.err).toBeNull();
    const supply = await connection.getTokenSupply(mint.mint, 'finalized');
    expect(supply.value).toEqual({ amount: '1', decimals: 0, uiAmount: 1, uiAmountString: '1' });
  });
});
