import { RemoteSigner } from '../../apps/minter/src/chains/signers/remote-signer.js';
import { Signer } from '../../apps/minter/src/chains/token-2022/mint-keys.js';
import { startSignerService } from '../../dev/signer/signer-service.js';
import { FaultySigner, SIGNER_FAULTS } from '../stages/faulty-signer.js';
import { MinterProcesses } from '../stages/minter-processes.js';
import { assetOnChain, MinterStage, mintsThatLanded } from '../stages/minter-stage.js';

const TIMEOUT_MS = 300;
const WAIT_MS = 120_000;
const message = Buffer.from('a message to sign');
const stage = MinterStage.forTests('remote-signer');
const minters = new MinterProcesses(stage);
let service: FaultySigner;
beforeAll(async () => {
  service = await stage.keep(FaultySigner.start());
});
afterEach(() => minters.endAll());

const told = () => ({
  MINT_SIGNER_URL: service.url,
  MINT_SIGNER_PAYER: service.payer.address,
  MINT_SIGNER_AUTHORITY: service.authority.address,
});

describe('a service that signs', () => {
  it.each(SIGNER_FAULTS)('[L2] gives no signature, and a reason to ask again, when it is %s', async (fault) => {
    const signer = new RemoteSigner(service.payer.address, { url: service.url, token: '', timeoutMs: TIMEOUT_MS });
    service.coming.push(fault);
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'signer-unreachable', kind: 'retryable' });
    expect(await signer.sign(message)).toEqual(service.payer.sign(message));
  });

  it('gives none when nothing listens there, or when it is asked for a key that it has not', async () => {
    const reference = await startSignerService({ keys: [service.payer], token: 'secret' });
    const by = (over: object) => ({ url: reference.url, token: 'secret', timeoutMs: TIMEOUT_MS * 10, ...over });
    expect(await new RemoteSigner(service.payer.address, by({})).sign(message)).toEqual(service.payer.sign(message));
    for (const signer of [
      new RemoteSigner(service.payer.address, by({ token: 'other' })),
      new RemoteSigner(service.payer.address, by({ url: reference.url.replace('/sign', '/') })),
      new RemoteSigner(Signer.generate().signer.address, by({})),
    ])
      await expect(signer.sign(message)).rejects.toMatchObject({ code: 'signer-unreachable' });
    await reference.stop();
    await expect(new RemoteSigner(service.payer.address, by({})).sign(message)).rejects.toMatchObject({ code: 'signer-unreachable' });
  });
});

it(
  '[L2] a minter whose signer is down, slow or signs something else mints each ticket once, killed at every step',
  async () => {
    const commands = await minters.askFor('signed', 6);
    service.coming.push(...SIGNER_FAULTS.filter((fault) => fault !== 'silent'));
    for (const step of ['before-sign:2', 'between-log-and-send:2', 'between-send-and-completion:2']) {
      expect(await minters.diesBy(minters.start(step, 0, told()))).toBe('SIGKILL');
      service.coming.push('other-message', 'other-key', 'truncated');
      await stage.forgetDeliveries();
    }
    minters.start('', 0, told());
    await stage.untilDone(WAIT_MS);
    const completed = await stage.ofType('signed', 'MintCompleted');
    expect(completed.map(({ data }) => data.ticket).sort()).toEqual(commands.map(({ ticket }) => ticket).sort());
    expect((await mintsThatLanded(stage.rpc, service.payer.publicKey)).length).toBe(commands.length);
    for (const { data } of completed) expect(await assetOnChain(stage.rpc, data.asset)).toMatchObject({ supply: 1n, mintAuthority: null });
    expect(service.coming).toEqual([]);
  },
  2 * WAIT_MS,
);
