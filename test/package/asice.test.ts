import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { encodeManifest } from '../../src/contract/sdp/manifest.js';
import { Failure } from '../../src/errors.js';
import { unpack } from '../../src/package/asice.js';
import { signFiles } from '../../src/package/xades.js';
import { readZip } from '../../src/package/zip.js';
import { digest } from '../../src/security/sign.js';
import { parseCertificate } from '../../src/security/x509.js';
import { limits } from '../../src/limits.js';
import { ZipFile as Writer } from 'yazl';
import { makeChain, testKey, testTime, trustOf } from '../support/pki.js';
import { chain, collect, failing, file, innhold, once, packed, signer, trust, zipOf } from './support.js';

const SIGNATURES = 'META-INF/signatures.xml';
const open = (zip: Buffer, at = testTime) => unpack(zip, trust, at);

/** The files of a good package, as text or octets, after a change. */
async function with_(change: (files: Map<string, Buffer>) => void): Promise<Buffer> {
  const files = new Map(await readZip(await packed()));
  change(files);
  return zipOf(Object.fromEntries(files));
}
const rewritten = (name: string, from: string | RegExp, to: string): Promise<Buffer> =>
  with_((files) => {
    const text = files.get(name)!.toString();
    const changed = text.replace(from, to);
    expect(changed, String(from)).not.to.equal(text);
    files.set(name, Buffer.from(changed));
  });

describe('document packages', () => {
  it('come back as they were packed, with their signer', async () => {
    const { manifest, documents, signer } = await open(await packed());
    expect(signer.organisasjonsnummer).to.equal('310000019');
    expect(manifest.mottaker).to.deep.equal(innhold.mottaker);
    expect(manifest.avsender).to.deep.equal(innhold.avsender);
    expect(manifest.lenke).to.deep.equal(innhold.lenke);
    expect(manifest.hoveddokument.tittel).to.deep.equal(innhold.hoveddokument.tittel);
    const sources = [innhold.hoveddokument, ...innhold.vedlegg];
    for (const [i, source] of sources.entries()) {
      expect(documents[i]).to.deep.equal({
        filnavn: source.filnavn,
        mimetype: source.mimetype,
        innhold: await collect(source.open()),
      });
    }
    expect(documents).to.have.length(sources.length);
  });

  it('have no mimetype entry, the main document first and the signature last (section 13)', async () => {
    expect([...(await readZip(await packed())).keys()]).to.deep.equal([
      innhold.hoveddokument.filnavn,
      ...innhold.vedlegg.map((v) => v.filnavn),
      'manifest.xml',
      SIGNATURES,
    ]);
  });

  it('store what is packed already, with its size before it, and what is no larger than limits.packageStoredBytes, and deflate the rest', async () => {
    const before = (zip: Buffer, name: string) => {
      const at = zip.indexOf(name) - 30;
      return {
        flags: zip.readUInt16LE(at + 6) & 0x08,
        method: zip.readUInt16LE(at + 8),
        size: zip.readUInt32LE(at + 18),
      };
    };
    const most = limits.packageStoredBytes;
    const texts = [most + 1, most - 1, most, most + 1].map((size) => 'V'.repeat(size)) as [string, ...string[]];
    const [pdf, ...rest] = texts;
    const vedlegg = [file('0.pdf', pdf, 'application/pdf'), ...rest.map((text, i) => file(`${i + 1}.txt`, text))];
    const zip = await packed({ vedlegg });
    for (const [i, name] of ['0.pdf', '1.txt', '2.txt'].entries())
      expect(before(zip, name)).to.deep.equal({ flags: 0, method: 0, size: texts[i]?.length });
    expect(before(zip, '3.txt').method).to.equal(8);
    expect(before(zip, '3.txt').size).to.be.within(1, 200);
    expect((await open(zip)).documents.map((d) => d.innhold.toString())).to.deep.equal(['Vedtak', ...texts]);
  });

  it('keep no more documents in memory than limits.packageMemoryBytes: the others are read twice', async () => {
    const opened = new Map<string, number>();
    const most = limits.packageMemoryBytes;
    const noise = randomBytes(most + 1);
    const counted = (name: string, size: number) => ({
      ...file(name, '', 'application/pdf'),
      open: () => {
        opened.set(name, (opened.get(name) ?? 0) + 1);
        return once(noise.subarray(0, size));
      },
    });
    const [hoveddokument, ...vedlegg] = [
      counted('over.pdf', most + 1),
      counted('exact.pdf', most - 10),
      counted('last.pdf', 10),
      counted('one.pdf', 1),
    ] as const;
    expect((await open(await packed({ hoveddokument, vedlegg }))).documents).to.have.length(4);
    expect(Object.fromEntries(opened)).to.deep.equal({ 'over.pdf': 2, 'exact.pdf': 1, 'last.pdf': 1, 'one.pdf': 2 });
  });

  it('name no recipient for print', async () => {
    expect((await open(await packed({ mottaker: null, lenke: null, vedlegg: [] }))).manifest).to.include({
      mottaker: null,
      lenke: null,
    });
  });

  it('R-33: have up to 200 attachments', async () => {
    const vedlegg = (n: number) => Array.from({ length: n }, (_, i) => file(`v${i}.txt`, `${i}`));
    expect((await open(await packed({ vedlegg: vedlegg(200) }))).documents).to.have.length(201);
    expect((await failing(packed({ vedlegg: vedlegg(201) }))).code).to.equal('INVALID_REQUEST');
  });

  for (const [what, name] of [
    ['three characters', 'a.b'],
    ['101 characters', `${'x'.repeat(97)}.txt`],
    ['a path', 'x/a.txt'],
    ['a backslash', 'x\\a.txt'],
    ['a line end', 'x\na.txt'],
    ['the name of the manifest', 'Manifest.XML'],
    ['the name of another', 'VEDTAK æøå (1).txt'],
  ] as const) {
    it(`SECURITY 92: are not made with a file name of ${what}`, async () => {
      expect((await failing(packed({ vedlegg: [file(name, 'x')] }))).code).to.equal('INVALID_REQUEST');
    });
  }

  it('are not made of more than fits', async () => {
    const piece = Buffer.alloc(1024 * 1024);
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield piece;
    }
    const huge = { ...file('huge.txt', ''), open: endless };
    const failure = await failing(packed({ vedlegg: [huge] }));
    expect(failure.code).to.equal('INVALID_REQUEST');
    expect(limits.packageContentBytes).to.be.greaterThan(limits.packageBytes);
  });
});

describe('metadata of the documents in a package', () => {
  const mime = 'application/vnd.difi.dpi.lenke+xml';
  const entry = (href: string, data?: string) => ({
    ...{ href, mime: 'text/plain', tittel: null },
    data: data === undefined ? null : { href: data, mime },
  });
  /** A signed package whose documents name `data`, and that holds `files` besides them. */
  async function withData(data: readonly (string | undefined)[], files: readonly string[]): Promise<Buffer> {
    const [hoveddokument, ...vedlegg] = data.map((href, i) => entry(`dok${i}.txt`, href));
    const { mottaker, avsender } = innhold;
    const manifest = { mottaker, avsender, lenke: null, hoveddokument: hoveddokument!, vedlegg };
    const contents = new Map([...data.map((_, i) => `dok${i}.txt`), ...files].map((name) => [name, Buffer.from(name)]));
    contents.set('manifest.xml', Buffer.from(encodeManifest(manifest)));
    const signed = [...contents].map(([navn, c]) => ({ navn, mimetype: mime, sha256: digest(c) }));
    const signatures = await signFiles(signed, signer.key, signer.chain, testTime);
    return zipOf({ ...Object.fromEntries(contents), [SIGNATURES]: signatures });
  }

  it('come after the documents', async () => {
    const { documents } = await open(await withData(['a.xml', undefined, 'c.xml'], ['c.xml', 'a.xml']));
    expect(documents.map((d) => d.filnavn)).to.deep.equal(['dok0.txt', 'dok1.txt', 'dok2.txt', 'a.xml', 'c.xml']);
    expect(documents.at(-1)).to.deep.equal({ filnavn: 'c.xml', mimetype: mime, innhold: Buffer.from('c.xml') });
  });

  it('may be missing of an attachment, as the official Java client leaves them out', async () => {
    const { documents, manifest } = await open(await withData([undefined, 'b.xml'], []));
    expect(documents.map((d) => d.filnavn)).to.deep.equal(['dok0.txt', 'dok1.txt']);
    expect(manifest.vedlegg[0]?.data).to.deep.equal({ href: 'b.xml', mime });
  });

  for (const [what, data, files] of [
    ['missing of the main document', ['a.xml', undefined], []],
    ['of two documents in one file', [undefined, 'b.xml', 'b.xml'], ['b.xml']],
    ['that no document names', [undefined, undefined], ['b.xml']],
  ] as const) {
    it(`SECURITY 97: ${what} are refused`, async () => {
      expect((await failing(open(await withData(data, files)))).code).to.equal('INVALID_REQUEST');
    });
  }
});

describe('SECURITY 97: a document package of another structure', () => {
  const cases: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
    ['no signature', 'INVALID_REQUEST', () => with_((f) => f.delete(SIGNATURES))],
    ['no manifest', 'INVALID_REQUEST', () => with_((f) => f.delete('manifest.xml'))],
    [
      'a second signature file',
      'INVALID_REQUEST',
      () => with_((f) => f.set('META-INF/signatures2.xml', f.get(SIGNATURES)!)),
    ],
    [
      'a manifest in META-INF',
      'INVALID_REQUEST',
      () => with_((f) => f.set('META-INF/manifest.xml', Buffer.from('<m/>'))),
    ],
    ['meta-inf in other letters', 'INVALID_REQUEST', () => with_((f) => f.set('meta-inf/x.txt', Buffer.from('x')))],
    ['a file that is not signed', 'INVALID_SECURITY', () => with_((f) => f.set('more.txt', Buffer.from('x')))],
    ['a file that is missing', 'INVALID_SECURITY', () => with_((f) => f.delete('a.pdf'))],
    [
      'a file with another name',
      'INVALID_SECURITY',
      () => with_((f) => (f.set('b.pdf', f.get('a.pdf')!), f.delete('a.pdf'))),
    ],
    ['a changed document', 'FAILED_CHECK', () => rewritten('b+c & d.txt', 'B', 'C')],
    ['a changed manifest', 'FAILED_CHECK', () => rewritten('manifest.xml', 'application/pdf', 'text/html')],
    [
      'a manifest that is too large',
      'INVALID_REQUEST',
      () => with_((f) => f.set('manifest.xml', Buffer.alloc(limits.packageXmlBytes + 1, 32))),
    ],
    [
      'mimetype last',
      'INVALID_REQUEST',
      () => with_((f) => f.set('mimetype', Buffer.from('application/vnd.etsi.asic-e+zip'))),
    ],
  ];
  for (const [what, code, make] of cases) {
    it(`${what} is refused: ${code}`, async () => {
      expect((await failing(open(await make()))).code).to.equal(code);
    });
  }

  const withMimetype = async (content: string, compress: boolean): Promise<Buffer> => {
    const zip = new Writer();
    zip.addBuffer(Buffer.from(content), 'mimetype', { compress, mtime: testTime });
    for (const [name, octets] of await readZip(await packed())) zip.addBuffer(octets, name, { mtime: testTime });
    zip.end();
    return collect(zip.outputStream as unknown as AsyncIterable<Buffer>);
  };
  const type = 'application/vnd.etsi.asic-e+zip';
  it('a mimetype entry is accepted first, stored and right only', async () => {
    expect((await open(await withMimetype(type, false))).documents).to.have.length(3);
    expect((await failing(open(await withMimetype(type, true)))).code).to.equal('INVALID_REQUEST');
    expect((await failing(open(await withMimetype('application/zip', false)))).code).to.equal('INVALID_REQUEST');
  });
});

describe('SECURITY 98: a XAdES signature', () => {
  const sha = 'http://www.w3.org/2001/04/xmlenc#sha256';
  const rewrite = (from: string | RegExp, to: string) => () => rewritten(SIGNATURES, from, to);
  const cases: readonly (readonly [string, string, () => Promise<Buffer>])[] = [
    ['of another root', 'INVALID_SECURITY', rewrite(/asic:XAdESSignatures/g, 'asic:Other')],
    ['in two', 'INVALID_SECURITY', rewrite(/(<ds:Signature .*<\/ds:Signature>)/, '$1$1')],
    ['with HMAC', 'UNSUPPORTED_ALGORITHM', rewrite('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256')],
    ['with SHA-1 over a file', 'UNSUPPORTED_ALGORITHM', rewrite(sha, 'http://www.w3.org/2000/09/xmldsig#sha1')],
    [
      'with an unknown canonical form',
      'UNSUPPORTED_ALGORITHM',
      rewrite('REC-xml-c14n-20010315', 'REC-xml-c14n-20010315#WithComments'),
    ],
    ['over one file twice', 'INVALID_SECURITY', rewrite(/(<ds:Reference Id="ID_0".*?<\/ds:Reference>)/, '$1$1')],
    [
      'over a file with a transform',
      'INVALID_SECURITY',
      rewrite(/(URI="a.pdf">)/, '$1<ds:Transforms><ds:Transform Algorithm="x"></ds:Transform></ds:Transforms>'),
    ],
    ['over a file that is none', 'FAILED_CHECK', rewrite('URI="a.pdf"', 'URI="http://example.no/a.pdf"')],
    ['over a name that is none', 'INVALID_SECURITY', rewrite('URI="a.pdf"', 'URI="%zz.pdf"')],
    ['without its properties', 'INVALID_SECURITY', rewrite(/<ds:Reference Type=.*?<\/ds:Reference>/, '')],
    ['over its properties twice', 'INVALID_SECURITY', rewrite(/(<ds:Reference Type=.*?<\/ds:Reference>)/, '$1$1')],
    [
      'over other properties',
      'INVALID_SECURITY',
      rewrite('SignedProperties Id="SignedProperties"', 'SignedProperties Id="Other"'),
    ],
    [
      'with two sets of properties',
      'INVALID_SECURITY',
      rewrite(/(<xades:SignedProperties.*<\/xades:SignedProperties>)/, '$1$1'),
    ],
    ['with properties of another signature', 'INVALID_SECURITY', rewrite('Target="#Signature"', 'Target="#Other"')],
    ['with two Objects', 'INVALID_SECURITY', rewrite('</ds:Object>', '</ds:Object><ds:Object></ds:Object>')],
    [
      'with unsigned properties',
      'INVALID_SECURITY',
      rewrite(
        '</xades:SignedProperties>',
        '</xades:SignedProperties><xades:UnsignedProperties></xades:UnsignedProperties>',
      ),
    ],
    ['with another signing time', 'FAILED_CHECK', rewrite('2026-03-02T12:00:00.000Z', '2026-03-02T12:00:00.001Z')],
    [
      'with another value',
      'FAILED_CHECK',
      rewrite(/(<ds:SignatureValue>)[^<]*/, `$1${Buffer.alloc(256, 5).toString('base64')}`),
    ],
    ['with a changed reference', 'FAILED_CHECK', rewrite('Id="ID_1"', 'Id="ID_9"')],
    ['with a DTD', 'MALFORMED_XML', rewrite('<asic:XAdES', '<!DOCTYPE x><asic:XAdES')],
  ];
  for (const [what, code, make] of cases) {
    it(`${what} is refused: ${code}`, async () => {
      expect((await failing(open(await make()))).code).to.equal(code);
    });
  }

  it('made in the future is refused, a minute of drift is not', async () => {
    const zip = await packed();
    expect((await failing(open(zip, new Date(testTime.getTime() - 60_001)))).code).to.equal('INVALID_SECURITY');
    expect((await open(zip, new Date(testTime.getTime() - 60_000))).documents).to.have.length(3);
  });

  it('R-32: kept for years, verifies offline as of the day on which it was made; as of a day after the end of its certificate it does not', async () => {
    const zip = await packed();
    const { notAfter } = parseCertificate(chain.leaf);
    expect((await open(zip)).signer.organisasjonsnummer).to.equal('310000019');
    expect((await failing(open(zip, new Date(notAfter.getTime() + 1_000)))).code).to.equal('INVALID_SECURITY_TOKEN');
  });

  it('with a certificate that is not the one of SigningCertificate is refused', async () => {
    const twin = makeChain({ leaf: { serial: 77n } });
    const bad = await rewritten(SIGNATURES, chain.leaf.toString('base64'), twin.leaf.toString('base64'));
    expect((await failing(open(bad))).code).to.equal('FAILED_CHECK');
  });

  it('by somebody who is not believed is refused', async () => {
    const stranger = trustOf(makeChain({ root: { publicKey: testKey('stranger').publicKey } }), { intermediates: [] });
    expect((await failing(unpack(await packed(), stranger, testTime))).code).to.equal('INVALID_SECURITY_TOKEN');
  });

  it('with the end certificate only verifies, as the .NET client has it', async () => {
    const only = await rewritten(SIGNATURES, /(<\/ds:X509Certificate>)<ds:X509Certificate>.*(<\/ds:X509Data>)/, '$1$2');
    expect((await open(only)).signer.organisasjonsnummer).to.equal('310000019');
  });

  it('with any one octet changed is refused', async () => {
    const { length } = (await readZip(await packed())).get(SIGNATURES)!;
    for (let i = 0; i < length; i += 41) {
      const bad = await with_((f) => {
        const xml = Buffer.from(f.get(SIGNATURES)!);
        xml[i] = xml[i] === 0x78 ? 0x79 : 0x78;
        f.set(SIGNATURES, xml);
      });
      const outcome: unknown = await open(bad).catch((e: unknown) => e);
      expect(outcome, `octet ${i}`).to.be.instanceOf(Failure);
      expect((outcome as Failure).code, `octet ${i}`).to.be.oneOf([
        'MALFORMED_XML',
        'INVALID_SECURITY',
        'UNSUPPORTED_ALGORITHM',
        'INVALID_SECURITY_TOKEN',
        'FAILED_CHECK',
      ]);
    }
  });
});
