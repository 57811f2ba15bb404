import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { sdpCommands, type SdpCommandDeps } from '../../src/cli/sdp.js';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { sdpService } from '../../src/sdpService.js';
import { createTrust } from '../../src/security/trust.js';
import { derBlocks } from '../../src/security/x509.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { runCommand, type CommandRun } from '../support/runCommand.js';
import { certs } from './wiring.js';

const deps = (url: string | undefined): SdpCommandDeps => ({
  runningUrl: async () => url,
  developmentKey: certs('sender.p12'),
  developmentTrust: certs('ca.pem'),
  service: ({ trust, ...options }) =>
    sdpService(options, createTrust({ anchors: derBlocks(trust, 'CERTIFICATE'), crls: () => [], revocation: 'off' }), {
      now: () => new Date(),
    }),
});

describe('cli/sdp', function () {
  this.timeout(60_000);
  let world: SendingWorld;
  let folder: string;
  let letter: string;
  before(async () => {
    world = await startSending();
    folder = mkdtempSync(join(tmpdir(), 'posthorn-sdp-'));
    letter = join(folder, 'vedtak.txt');
    writeFileSync(letter, 'Et vedtak');
  });
  after(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  const url = (): string => new URL(BROKER_PATH, world.url).href;
  const run = (...args: readonly string[]): Promise<CommandRun> =>
    runCommand((program) => sdpCommands(program, deps(url())), 'sdp', ...args);
  async function succeeds(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run(...args);
    expect([code, err], err).to.deep.equal([0, '']);
    return out;
  }
  async function fails(code: number, ...args: readonly string[]): Promise<string> {
    const outcome = await run(...args);
    expect([outcome.code, outcome.out], outcome.err).to.deep.equal([code, '']);
    return outcome.err;
  }

  const toEboks = () => [
    '--provider',
    '996460320',
    '--certificate',
    certs('eboks.cert.pem'),
    '--mailbox',
    '0000167396',
  ];
  interface Row {
    readonly type: string;
    readonly sender: string;
    readonly conversationId: string;
    readonly confirmation: { readonly messageId: string };
  }
  /** Pulls until there is something. */
  async function pulled(...args: readonly string[]): Promise<Row[]> {
    for (;;) {
      const rows = JSON.parse(await succeeds('pull', '--json', ...args)) as Row[];
      if (rows.length > 0) return rows;
      await sleep(100);
    }
  }
  const nothingIn = async (...queue: readonly string[]): Promise<void> => {
    expect(JSON.parse(await succeeds('pull', '--json', ...queue))).to.deep.equal([]);
  };

  it('R-39: sends a letter that the mailbox opens, fetches its receipt, and confirms it from the file', async () => {
    const queue = ['--priority', 'priority', '--mpc', 'one'];
    const sent = JSON.parse(await succeeds('send', letter, ...toEboks(), ...queue, '--json')) as Record<string, string>;
    expect(sent).to.include.keys('messageId', 'instanceIdentifier', 'receiptId', 'at');
    const receipts = await pulled(...queue);
    expect(receipts.map(({ type, sender, conversationId }) => [type, sender, conversationId])).to.deep.equal([
      ['levering', '996460320', sent['conversationId']],
    ]);
    const [found] = world.lettersIn(sent['conversationId'] ?? '');
    expect(found?.letter.documents[0]?.innhold.toString()).to.equal('Et vedtak');
    const file = join(folder, 'receipts.json');
    writeFileSync(file, JSON.stringify(receipts));
    expect(await succeeds('confirm', file)).to.equal(`Confirmed: ${receipts[0]?.confirmation.messageId}\n`);
    await nothingIn(...queue);
  });

  it('prints: two receipts, fetched and confirmed until none is left, as a table', async () => {
    const queue = ['--mpc', 'two'];
    const address = 'Ola Nordmann; Storgata 1; 0155 OSLO';
    const print = ['--provider', '310000051', '--certificate', certs('utskrift.cert.pem')];
    const paper = ['--address', address, '--return-address', address];
    expect(await succeeds('send', letter, ...print, ...paper, ...queue)).to.match(/^messageId +[-0-9a-f]{36}$/m);
    const types: string[] = [];
    while (types.length < 2) {
      const [, ...rows] = (await succeeds('pull', '--all', ...queue)).trimEnd().split('\n');
      types.push(...rows.map((row) => row.split(' ')[0] ?? ''));
      await sleep(100);
    }
    expect(types).to.deep.equal(['mottak', 'levering']);
    expect(await succeeds('pull', ...queue)).to.equal('No receipt waits in urn:normal:two.\n');
  });

  it('--confirm: confirms what it fetches', async () => {
    const queue = ['--mpc', 'three'];
    await succeeds('send', letter, ...toEboks(), ...queue);
    await pulled('--confirm', ...queue);
    await nothingIn(...queue);
  });

  it('--on-behalf-of: for a body that has let it act, and for no other', async () => {
    const as = ['--key', certs('supplier.p12'), '--mpc', 'four'];
    await succeeds('send', letter, ...toEboks(), ...as, '--on-behalf-of', '310000019');
    const refused = await fails(1, 'send', letter, ...toEboks(), ...as, '--on-behalf-of', '310000027');
    expect(refused).to.match(/refused it: EBMS:0101 FailedAuthentication: /);
  });

  it('SECURITY 86: believes no answer but of the broker that was named', async () => {
    const other = await fails(1, 'pull', '--expect', '996460320');
    expect(other).to.match(/is refused, and nothing of it is shown: the answer is signed by somebody else/);
    const certificate = await fails(1, 'pull', '--expect-certificate', certs('digipost.cert.pem'));
    expect(certificate).to.match(/signed by somebody else.*comes again after five minutes/);
    await succeeds('pull', '--mpc', 'five', '--expect-certificate', certs('meldingsformidler.cert.pem'));
  });

  it('says what to give, and what is wrong', async () => {
    const [none] = [await runCommand((program) => sdpCommands(program, deps(undefined)), 'sdp', 'pull')];
    expect([none.code, none.err]).to.deep.equal([
      2,
      'No broker runs on this data directory. Start one with npm start, or name one with --url.\n',
    ]);
    const provider = ['--provider', '996460320', '--certificate', certs('eboks.cert.pem')];
    expect(await fails(2, 'send', letter, ...provider)).to.match(/Give --mailbox for a mailbox, or --address/);
    expect(await fails(2, 'send', letter, '--mailbox', 'x')).to.match(/required option/);
    expect(await fails(1, 'pull', '--key', join(folder, 'gone.p12'))).to.match(
      /key store .* cannot be read \(ENOENT\)/,
    );
    expect(await fails(1, 'pull', '--url', 'http://127.0.0.1:1/api')).to.match(/gives no answer: .*Nothing is lost/);
    const file = join(folder, 'not.json');
    for (const text of [
      'x',
      '[]',
      '[{}]',
      '{"confirmation":{}}',
      '[{"confirmation":{"messageId":1,"references":[]}}]',
    ]) {
      writeFileSync(file, text);
      expect(await fails(1, 'confirm', file)).to.match(/holds no receipts/);
    }
  });
});
