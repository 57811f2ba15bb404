import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ebmsErrorFor } from '../../../src/contract/ebms/errors.js';
import type { FlyttetDigitalPost, Payload } from '../../../src/contract/sdp/types.js';
import { Failure } from '../../../src/errors.js';
import { SIGNATURES, signFiles } from '../../../src/package/xades.js';
import { DOWN_PUSHES, LATE_MS, type Misbehaviour } from '../../../src/sandbox/providers/behaviour.js';
import { createDouble, type Double, type DoubleDeps } from '../../../src/sandbox/providers/double.js';
import type { ProviderName } from '../../../src/sandbox/providers/types.js';
import { ensureDevelopmentPki, type DevelopmentPki } from '../../../src/sandbox/pki/development.js';
import { signingKey } from '../../../src/security/sign.js';
import { verify } from '../../../src/security/signature.js';
import { fingerprint } from '../../../src/security/x509.js';
import { decodeMessaging } from '../../../src/contract/ebms/decode.js';
import { fysisk } from '../../contract/sdp/support.js';
import { collect, file, once } from '../../package/support.js';
import { startStub, type Stub } from '../../client/stub.js';
import { sdp } from '../../support/ebms.js';
import { testCertsDir } from '../../support/gateway.js';
import { keyOf, messageId, pushOf, reportIn, trustIn, type PushChanges } from './pushes.js';

/** Changes one octet of a text or of octets. */
const octet = (at: number) => (octets: Buffer) => {
  const changed = Buffer.from(octets);
  const index = at < 0 ? octets.length + at : at;
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
};
const swap = (from: string, to: string) => (text: string) => {
  expect(text.split(from).length, from).to.equal(2);
  return text.replace(from, () => to);
};

const otherSignature = (xml: string): string =>
  xml.replace(/(<ds:SignatureValue>)(.)/, (_, tag: string, c: string) => tag + (c === 'A' ? 'B' : 'A'));
const inHex = (from: string, to: string) => (octets: Buffer) =>
  Buffer.from(swap(from, to)(octets.toString('hex')), 'hex');

describe('sandbox/providers/double', function () {
  this.timeout(20_000);
  let pki: DevelopmentPki;
  let double: Double;
  let depsOf: (name: ProviderName) => DoubleDeps;
  let broker: Stub;
  let reports: Omit<Awaited<ReturnType<typeof reportIn>>, 'answer'>[];
  let lost: string[];
  let hasMailbox: boolean;
  let calendar: Date;

  before(async () => {
    pki = await ensureDevelopmentPki(testCertsDir);
  });
  beforeEach(async () => {
    [reports, lost, hasMailbox, calendar] = [[], [], true, new Date()];
    broker = await startStub((response, { body }) => {
      reportIn(pki, Buffer.from(body)).then(
        ({ answer, ...report }) => {
          reports.push(report);
          response.setHeader('Content-Type', 'application/soap+xml').end(answer);
        },
        (error: unknown) => response.destroy(error as Error),
      );
    });
    const { url } = broker;
    const { digipost, eboks, meldingsformidler, sender } = pki.identities;
    depsOf = (name) => ({
      name,
      identity: digipost,
      trust: trustIn(pki),
      clock: { now: () => new Date() },
      calendar: { now: () => calendar },
      broker: {
        organisasjonsnummer: meldingsformidler.organisasjonsnummer,
        fingeravtrykk: fingerprint(meldingsformidler.certificate),
      },
      mailboxes: new Set([digipost, eboks].map(({ certificate }) => fingerprint(certificate))),
      wrongKey: signingKey(sender.privateKey, digipost.certificate),
      brokerUrl: () => Promise.resolve(url),
      lost: (what) => lost.push(what),
      hasMailbox: () => hasMailbox,
      opened: async () => undefined,
    });
    double = createDouble(depsOf('digipost'));
  });
  afterEach(() => broker.stop());

  const receive = async (changes: PushChanges = {}) => double.receive(await pushOf(pki, changes));
  /** What the double has reported, as soon as there are `n`. */
  async function reported(n: number): Promise<Payload[]> {
    for (let time = 0; time < 100 && reports.length < n && lost.length === 0; time++) await sleep(30);
    expect(lost).to.deep.equal([]);
    return reports.map(({ payload }) => payload);
  }
  /** The answer read as the broker does. @throws Failure when it cannot be believed */
  async function readAnswer(answer: string | undefined) {
    const stream = (async function* () {
      yield Buffer.from(answer ?? '');
    })();
    const trusted = await verify({ stream }, sdp, { trust: trustIn(pki), clock: { now: () => new Date() } });
    const messaging = decodeMessaging(trusted);
    return messaging.type === 'signals' ? messaging.signals[0]?.info.refToMessageId : undefined;
  }
  const titled = (words: Misbehaviour): PushChanges => ({
    post: (post) => ({
      ...post,
      digital: { ...post.digital, ikkeSensitivTittel: { lang: 'nb', tekst: `Vedtak (${words.toUpperCase()})` } },
    }),
  });

  /** One letter pushed twice. */
  const twice = async (changes: PushChanges) => {
    const push = await pushOf(pki, changes);
    const octets = await collect(push.stream);
    const answers = [];
    for (let time = 0; time < 2; time++) answers.push(await double.receive({ ...push, stream: once(octets) }));
    await reported(1);
    expect(double.letters).to.have.length(1);
    return answers;
  };
  const happened = (payloads: readonly Payload[]): string[] =>
    payloads.map((p) =>
      p.type !== 'kvittering'
        ? p.type
        : [p.hendelse.type, ...('varslingskanal' in p.hendelse ? [p.hendelse.varslingskanal] : [])].join(' '),
    );

  it('R-21: a letter has come on the day of the calendar', async () => {
    calendar = new Date('2030-02-28T12:00:00Z');
    await receive();
    expect(double.letters[0]?.received).to.deep.equal(calendar);
  });

  it('takes a good letter, opens it, and reports that it is delivered', async () => {
    expect(await readAnswer(await receive())).to.equal(messageId);
    const [report, ...more] = await reported(1);
    expect(more).to.deep.equal([]);
    expect(report).to.deep.include({ type: 'kvittering', hendelse: { type: 'levering' } });
    expect(reports[0]?.signer).to.equal(pki.identities.digipost.organisasjonsnummer);
    expect(double.letters.map(({ documents }) => documents.length)).to.deep.equal([3]);
  });

  const refused: Readonly<Record<string, readonly [code: string, changes: PushChanges]>> = {
    'an octet of Body': ['EBMS:0101', { envelope: swap('kommune 💌', 'kommune 💔') }],
    'an octet of Messaging': ['EBMS:0101', { envelope: swap('<eb:Service>', '<eb:Service>x') }],
    'an octet of Timestamp': [
      'EBMS:0101',
      {
        envelope: (e) => e.replace(/(<wsu:Created>.{20})(\d)/, (_, a: string, d: string) => a + ((Number(d) + 1) % 10)),
      },
    ],
    'an octet of the signature': ['EBMS:0101', { envelope: otherSignature }],
    'no signature': ['EBMS:0103', { envelope: (e) => e.replace(/<ds:Signature .*?<\/ds:Signature>/s, '') }],
    'an octet of the package': [
      'EBMS:0101',
      { parts: ([root, part]) => [root!, { ...part!, content: octet(-9)(part!.content) }] },
    ],
    'no package': ['EBMS:0103', { parts: ([root]) => [root!] }],
    'a part that nobody signed': [
      'EBMS:0101',
      {
        parts: ([root, part]) => [
          root!,
          part!,
          { header: 'Content-Type: text/plain\r\nContent-ID: <x@y>', content: Buffer.from('x') },
        ],
      },
    ],
    'another type than Messaging says': [
      'EBMS:0007',
      { parts: ([root, part]) => [root!, { ...part!, header: part!.header.replace('application/cms', 'text/html') }] },
    ],
    'a Messaging that does not name the package': [
      'EBMS:0007',
      { message: { parts: [{ href: '#soapBody', properties: new Map() }] } },
    ],
    'an old message': ['EBMS:0103', { at: new Date(Date.now() - 181_000) }],
    // Far enough, for the tests before it take their time.
    'a message from the future': ['EBMS:0103', { at: new Date(Date.now() + 3_600_000) }],
    'another signer than the broker': ['EBMS:0101', { broker: 'posthorn' }],
    'the signature of the mailbox, whose number the broker has': ['EBMS:0101', { broker: 'digipost' }],
    'From another': [
      'EBMS:0003',
      { message: { fra: { organisasjonsnummer: '310000000', rolle: 'meldingsformidler' } } },
    ],
    'From in another role': [
      'EBMS:0003',
      { message: { fra: { organisasjonsnummer: '984661185', rolle: 'avsender' } } },
    ],
    'To another provider': [
      'EBMS:0003',
      { message: { til: { organisasjonsnummer: '996460320', rolle: 'postkasse' } } },
    ],
    'a document changed before the envelope was signed': ['EBMS:0101', { sbd: swap('kommune 💌', 'kommune 💔') }],
    'a document that nobody signed': ['EBMS:0103', { sbd: (s) => s.replace(/<ds:Signature>.*?<\/ds:Signature>/s, '') }],
    'a document signed by another than its sender': ['EBMS:0003', { signer: 'sender' }],
    'a document for another provider': ['EBMS:0003', { header: { receiver: '996460320' } }],
    'the fingerprint of another package': [
      'EBMS:0003',
      { post: (post) => ({ ...post, fingeravtrykk: 'ab'.repeat(32) }) },
    ],
    'a receipt': [
      'EBMS:0008',
      { post: () => ({ type: 'kvittering', tidspunkt: new Date(), hendelse: { type: 'levering' } }) },
    ],
  };
  for (const [what, [code, changes]] of Object.entries(refused)) {
    it(`given ${what}, when it is pushed, then it is ${code}, and no letter is taken`, async () => {
      const outcome = await receive(changes).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(Failure);
      expect(ebmsErrorFor(outcome as Failure).code, (outcome as Failure).message).to.equal(code);
      expect(double.letters).to.deep.equal([]);
    });
  }

  const moved = (changes: PushChanges = {}, flyttet: Partial<FlyttetDigitalPost> = {}): PushChanges => ({
    signer: 'eboks',
    post: ({ fysisk: _, ...post }) => ({
      ...post,
      type: 'flyttetDigitalPost',
      mottaksdato: '2026-03-02',
      aapnet: false,
      ...flyttet,
    }),
    ...changes,
    header: { sender: pki.identities.eboks.organisasjonsnummer, ...changes.header },
    message: { action: 'FlyttetDigitalPost', avtale: 'flyttet', ...changes.message },
  });

  it('R-28: takes a letter that moves here, and tells whoever it comes from', async () => {
    expect(await readAnswer(await receive(moved()))).to.equal(messageId);
    expect(happened(await reported(1))).to.deep.equal(['levering']);
    expect(reports[0]?.header.receiver).to.equal(pki.identities.eboks.organisasjonsnummer);
    const [letter] = double.letters;
    expect(letter).to.include({ flyttet: true, opened: null, pakketAv: pki.identities.posthorn.organisasjonsnummer });
    expect(letter?.documents).to.have.length(3);
  });

  it('R-28, R-36: that it was opened concerns whoever packed it; what was opened before it moved stays so', async () => {
    await receive(moved());
    await reported(1);
    expect(await double.report(double.letters[0]!, { type: 'aapning' })).to.equal(true);
    expect(reports[1]?.header.receiver).to.equal(pki.identities.posthorn.organisasjonsnummer);
    const other = createDouble(depsOf('digipost'));
    await other.receive(await pushOf(pki, moved({}, { aapnet: true })));
    expect(other.letters[0]?.opened).to.be.instanceOf(Date);
  });

  const notMoved: Readonly<Record<string, readonly [code: string, changes: () => PushChanges, name?: ProviderName]>> = {
    'one of a sender': ['EBMS:0101', () => moved({ signer: 'posthorn', header: { sender: '310000000' } })],
    'one of the broker, which has the number of a mailbox': [
      'EBMS:0101',
      () => moved({ signer: 'meldingsformidler', header: { sender: '984661185' } }),
    ],
    'one of the print provider': ['EBMS:0101', () => moved({ signer: 'utskrift', header: { sender: '310000051' } })],
    'one in the name of another mailbox': ['EBMS:0003', () => moved({ header: { sender: '984661185' } })],
    'one under the Action of senders': [
      'EBMS:0003',
      () => moved({ message: { action: 'FormidleDigitalPost', avtale: 'digital' } }),
    ],
    'a letter of a sender under its Action': ['EBMS:0003', () => ({ message: { action: 'FlyttetDigitalPost' } })],
    'one for the print provider': ['EBMS:0008', () => moved(), 'utskrift'],
  };
  for (const [what, [code, changes, name = 'digipost']] of Object.entries(notMoved)) {
    it(`R-28: moved mail, ${what}, is ${code}, and no letter is taken`, async () => {
      const one = createDouble(depsOf(name));
      const push = await pushOf(pki, changes());
      const outcome: unknown = await one.receive(push).catch((error: unknown) => error);
      expect(outcome).to.be.instanceOf(Failure);
      expect(ebmsErrorFor(outcome as Failure).code, (outcome as Failure).message).to.equal(code);
      expect(one.letters).to.deep.equal([]);
    });
  }

  it('given a MessageId that is known, when it comes with another content, then it is EBMS:0003', async () => {
    await receive();
    await reported(1);
    const again: unknown = await receive().catch((error: unknown) => error);
    expect(ebmsErrorFor(again as Failure).code).to.equal('EBMS:0003');
    expect(double.letters).to.have.length(1);
  });

  /** Makes the manifest anew, signed as it then is. */
  const manifest = (change: (manifest: string) => string): PushChanges => ({
    files: async (files) => {
      files.set('manifest.xml', Buffer.from(change(files.get('manifest.xml')?.toString() ?? '')));
      files.delete(SIGNATURES);
      const signed = [...files].map(([navn, octets]) => ({
        navn,
        mimetype: 'application/xml',
        sha256: createHash('sha256').update(octets).digest('base64'),
      }));
      const { chain } = pki.identities.posthorn;
      files.set(SIGNATURES, Buffer.from(await signFiles(signed, keyOf(pki, 'posthorn'), chain, new Date())));
    },
  });
  const rewritten = (name: string, change: (octets: Buffer) => Buffer): PushChanges => ({
    files: (files) => void files.set(name, change(files.get(name) ?? Buffer.alloc(0))),
  });
  const inText = (change: (text: string) => string) => (octets: Buffer) => Buffer.from(change(octets.toString()));

  it('a package whose manifest is made anew is a good one', async () => {
    await receive(manifest((m) => m));
    expect(happened(await reported(1))).to.deep.equal(['levering']);
  });

  const broken: Readonly<Record<string, readonly [details: RegExp, changes: PushChanges]>> = {
    'an octet of the CMS': [/^FAILED_CHECK: /, { cms: octet(-9) }],
    'another content encryption in the CMS': [
      /^UNSUPPORTED_ALGORITHM: /,
      // AES-256-CBC, then AES-128-CBC.
      { cms: inHex('60864801650304012a', '608648016503040102') },
    ],
    'a package for another mailbox': [/^FAILED_CHECK: /, { recipient: 'eboks' }],
    'an octet of a document': [/^FAILED_CHECK: /, rewritten('a.pdf', octet(17))],
    'an octet of the manifest': [/^FAILED_CHECK: /, rewritten('manifest.xml', inText(swap('/svar<', '/svax<')))],
    'an octet of the XAdES signature': [/^FAILED_CHECK: /, rewritten(SIGNATURES, inText(otherSignature))],
    'no XAdES signature': [/^FAILED_CHECK: /, { files: (files) => void files.delete(SIGNATURES) }],
    'a document that is not signed': [
      /^INVALID_SECURITY: /,
      { files: (files) => void files.set('more.txt', Buffer.from('x')) },
    ],
    'a manifest without avsender': [
      /^INVALID_REQUEST: /,
      manifest((m) => m.replace(/<(\w+:)avsender>.*<\/\1avsender>/s, '')),
    ],
    'a manifest with an element that the schema has not': [
      /^INVALID_REQUEST: /,
      manifest((m) => m.replace(/(<(\w+):hoveddokument)/, '<$2:more/>$1')),
    ],
    'a manifest that names a file that is not there': [
      /^INVALID_REQUEST: /,
      manifest(swap('href="a.pdf"', 'href="b.pdf"')),
    ],
  };
  for (const [what, [details, changes]] of Object.entries(broken)) {
    it(`given ${what}, when the letter is pushed, then it is taken over, and reported as the sender’s error`, async () => {
      expect(await readAnswer(await receive(changes))).to.equal(messageId);
      const [report, ...more] = await reported(1);
      expect(more).to.deep.equal([]);
      expect(report).to.deep.include({ type: 'feil', feiltype: 'KLIENT' });
      expect(report?.type === 'feil' && report.detaljer).to.match(details);
      expect(double.letters.map(({ documents }) => documents)).to.deep.equal([[]]);
    });
  }

  it('given a recipient who has moved, when a letter is pushed, then that is reported, and nothing is opened', async () => {
    hasMailbox = false;
    await receive();
    const [report] = await reported(1);
    expect(report).to.deep.include({ type: 'feil', feiltype: 'KLIENT', detaljer: 'No such mailbox address here' });
    expect(double.letters[0]?.documents).to.deep.equal([]);
  });

  describe('misbehaves by the words of a title', () => {
    it('mailbox down: refuses the first pushes, and then takes the letter', async () => {
      const push = await pushOf(pki, titled('mailbox down'));
      const octets = await collect(push.stream);
      const again = () => double.receive({ ...push, stream: once(octets) });
      for (let time = 0; time < DOWN_PUSHES; time++) {
        const outcome: unknown = await again().catch((error: unknown) => error);
        expect(ebmsErrorFor(outcome as Failure).code).to.equal('EBMS:0004');
        expect(double.letters).to.deep.equal([]);
      }
      expect(await readAnswer(await again())).to.equal(messageId);
      expect(double.letters).to.have.length(1);
      await reported(1);
    });

    it('late receipt: answers at once, and reports later', async () => {
      const begun = Date.now();
      await receive(titled('late receipt'));
      expect(Date.now() - begun).to.be.below(LATE_MS / 2);
      await sleep(LATE_MS - 1_000);
      expect(reports).to.deep.equal([]);
      expect(happened(await reported(1))).to.deep.equal(['levering']);
    });

    it('bad signature: the first answer is signed by nobody', async () => {
      const [first, second] = await twice(titled('bad signature'));
      const refusal: unknown = await readAnswer(first).catch((error: unknown) => error);
      expect((refusal as Failure).code).to.equal('FAILED_CHECK');
      expect(await readAnswer(second)).to.equal(messageId);
    });

    it('wrong ref: the first answer is about another message', async () => {
      const [first, second] = await twice(titled('wrong ref'));
      expect(await readAnswer(first))
        .to.match(/^[0-9a-f-]{36}$/)
        .and.not.to.equal(messageId);
      expect(await readAnswer(second)).to.equal(messageId);
    });

    it('timeout after commit: the letter is taken, and nothing is answered', async () => {
      const [first, second] = await twice(titled('timeout after commit'));
      expect(first).to.equal(undefined);
      expect(await readAnswer(second)).to.equal(messageId);
    });

    it('notice failed: one report for each channel, and the letter stays delivered', async () => {
      await receive(titled('notice failed'));
      expect(happened(await reported(3))).to.deep.equal(['levering', 'varslingfeilet EPOST', 'varslingfeilet SMS']);
    });

    const toPrint = (retur: 'DIREKTE_RETUR' | 'MAKULERING_MED_MELDING'): PushChanges => ({
      post: ({ fingeravtrykk }) => ({
        ...fysisk,
        fingeravtrykk,
        fysisk: { ...fysisk.fysisk, utskrift: { ...fysisk.fysisk.utskrift, retur } },
      }),
      innhold: { mottaker: null, hoveddokument: file('Returned Mail.txt', 'Vedtak') },
    });
    it('returned mail: paper comes back, and is told of where that was ordered', async () => {
      await receive(toPrint('MAKULERING_MED_MELDING'));
      expect(happened(await reported(3))).to.deep.equal(['mottak', 'levering', 'returpost']);
    });
    it('returned mail: paper that goes back to its sender is not told of', async () => {
      await receive(toPrint('DIREKTE_RETUR'));
      await reported(2);
      await sleep(300);
      expect(happened(await reported(2))).to.deep.equal(['mottak', 'levering']);
    });
  });
});
