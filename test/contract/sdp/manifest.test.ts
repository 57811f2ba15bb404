import { expect } from 'chai';
import { decodeManifest, encodeManifest, type Manifest } from '../../../src/contract/sdp/manifest.js';
import { failureOf } from '../../support/pki.js';

const dokument = (href: string) => ({ href, mime: 'application/pdf', tittel: { lang: 'nb', tekst: href }, data: null });
const manifest: Manifest = {
  mottaker: { personidentifikator: '17051400000', postkasseadresse: 'ola#0ABC' },
  avsender: { organisasjonsnummer: '310000019', avsenderidentifikator: 'A', fakturaReferanse: 'Ø1' },
  hoveddokument: { ...dokument('vedtak.pdf'), data: { href: 'lenke.xml', mime: 'application/vnd.difi.dpi.lenke+xml' } },
  vedlegg: [dokument('b "2" & <3>.pdf'), { ...dokument('c.pdf'), tittel: null }],
  lenke: {
    url: 'https://example.no/svar?a=1&b=2',
    beskrivelse: { lang: 'nb', tekst: 'Svar på brevet' },
    knappTekst: { lang: 'nb', tekst: 'Svar' },
    frist: new Date('2026-10-01T10:00:00Z'),
  },
};
const xml = encodeManifest(manifest);

describe('manifest.xml', () => {
  it('comes back as it was written', () => {
    expect(decodeManifest(Buffer.from(xml))).to.deep.equal(manifest);
  });

  it('has no recipient for print, and needs no link', () => {
    const least = { ...manifest, mottaker: null, vedlegg: [], lenke: null };
    expect(decodeManifest(Buffer.from(encodeManifest(least)))).to.deep.equal(least);
  });

  it('R-33: has up to 200 attachments', () => {
    const of = (n: number): Buffer =>
      Buffer.from(encodeManifest({ ...manifest, vedlegg: Array.from({ length: n }, (_, i) => dokument(`v${i}.pdf`)) }));
    for (const n of [199, 200]) expect(decodeManifest(of(n)).vedlegg).to.have.length(n);
    expect(failureOf(() => decodeManifest(of(201))).code).to.equal('INVALID_REQUEST');
  });

  const refused: readonly (readonly [string, string | RegExp, string])[] = [
    ['another root', /ns9:manifest/g, 'ns9:other'],
    ['no main document', /<ns9:hoveddokument.*<\/ns9:hoveddokument>/, ''],
    ['no sender', /<ns9:avsender>.*<\/ns9:avsender>/, ''],
    ['a document without href', ' href="vedtak.pdf"', ''],
    ['a document without mime', ' mime="application/pdf"', ''],
    ['a name of three characters', 'href="vedtak.pdf"', 'href="a.b"'],
    ['a name of 101 characters', 'href="vedtak.pdf"', `href="${'x'.repeat(101)}"`],
    ['a title without language', 'tittel lang="nb"', 'tittel'],
    ['a title of 256 characters', '>vedtak.pdf<', `>${'x'.repeat(256)}<`],
    ['a link that is no web address', 'https://example.no', 'javascript:alert'],
    ['a button of 31 characters', '>Svar<', `>${'x'.repeat(31)}<`],
    ['a description of 71 characters', '>Svar på brevet<', `>${'x'.repeat(71)}<`],
    ['something more', '</ns9:lenke>', '</ns9:lenke><ns9:more/>'],
  ];
  for (const [what, from, to] of refused) {
    it(`with ${what} is refused`, () => {
      const changed = xml.replace(from, to);
      expect(changed).not.to.equal(xml);
      expect(failureOf(() => decodeManifest(Buffer.from(changed))).code).to.equal('INVALID_REQUEST');
    });
  }
});
