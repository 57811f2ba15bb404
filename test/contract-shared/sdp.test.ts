import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { encodeManifest, decodeManifest } from '../../src/contract/sdp/manifest.js';
import { decodePayload, encodeSbd } from '../../src/contract/sdp/sbd.js';
import type { Payload } from '../../src/contract/sdp/types.js';
import { unpack } from '../../src/package/asice.js';
import { readZip } from '../../src/package/zip.js';
import { signEnveloped } from '../../src/security/enveloped.js';
import { createTrust } from '../../src/security/trust.js';
import { parse } from '../../src/xml/tree.js';
import { documentOf, payloads } from '../contract/sdp/support.js';
import { innhold, packed, signer } from '../package/support.js';
import { reasons } from '../support/xsd.js';
import type { SchemaFile } from '../../src/xml/schema.js';
import { compilePublished, shared } from './published.js';

const octets = (file: string): Buffer => readFileSync(new URL(file, shared));
const messages = 'samples-business/';
const samples = {
  digital: 'sdpMelding-digital.xml',
  print: 'sdpMelding-print.xml',
  levert: 'sdpKvittering-levertTilPostkasse.xml',
  aapnet: 'sdpKvittering-aapnetAvMottaker.xml',
  varsel: 'sdpKvittering-mottakerVarselFeilet.xml',
  feil: 'sdpFeil.xml',
};
/** The official letters leave the digest of the package out. */
const digest = Buffer.alloc(32, 1).toString('base64');
const sample = (name: keyof typeof samples): Payload =>
  decodePayload(
    parse(
      octets(messages + samples[name])
        .toString()
        .replace('<ds:DigestValue></ds:DigestValue>', `<ds:DigestValue>${digest}</ds:DigestValue>`),
    ),
  );

/** Reasons why a document is not valid by the published schemas; none when it is. */
function validity(...files: readonly SchemaFile[]): (xml: string) => string[] {
  const schema = compilePublished(files);
  return (xml) => reasons(schema, xml);
}

describe('the published contract of digital post', () => {
  before(function () {
    if (!existsSync(shared)) {
      console.log(`      skipped: the published contract is not at ${shared.pathname}`);
      this.skip();
    }
  });

  it('the official messages parse, and say what they say', () => {
    expect(sample('digital')).to.deep.include({
      mottaker: { personidentifikator: '17051400000', postkasseadresse: 'ola.nordmann#0ABC' },
      fysisk: null,
    });
    expect(sample('digital')).to.have.nested.property('digital.virkning', '2014-05-17');
    expect(sample('digital')).to.have.deep.nested.property('digital.epostVarsel.dagerEtter', [0, 7]);
    expect(sample('print')).to.have.nested.property('fysisk.mottaker.postnummer', '0151');
    expect(sample('print')).to.have.nested.property('fysisk.utskrift.posttype', 'A_PRIORITERT');
    expect(sample('levert')).to.have.nested.property('hendelse.type', 'levering');
    expect(sample('aapnet')).to.have.nested.property('hendelse.type', 'aapning');
    expect(sample('varsel')).to.have.deep.property('hendelse', {
      type: 'varslingfeilet',
      varslingskanal: 'SMS',
      beskrivelse: 'Nummer ikke i bruk',
    });
    expect(sample('feil')).to.have.property('feiltype').that.is.oneOf(['KLIENT', 'SERVER']);
  });

  it('the official manifest parses, and comes back', () => {
    const manifest = decodeManifest(octets(`${messages}sdpManifest.xml`));
    expect(manifest.vedlegg.map((v) => v.href)).to.deep.equal(['info.html', 'journal.txt']);
    expect(manifest.lenke?.frist).to.deep.equal(new Date('2017-10-01T10:00:00Z'));
    expect(decodeManifest(Buffer.from(encodeManifest(manifest)))).to.deep.equal(manifest);
  });

  describe('the official package', () => {
    const folder = 'certs-test-ca/';
    const trusted = () =>
      createTrust({
        anchors: [octets(`${folder}Buypass_Class_3_Test4_Root_CA.cer`)],
        intermediates: [octets(`${folder}Buypass_Class_3_Test4_CA_3.cer`)],
        crls: () => [],
        revocation: 'off',
      });
    const signed = new Date('2014-08-26T10:53:06Z');

    it('opens and verifies: C14N 1.1, full chain, no mimetype entry', async () => {
      const { manifest, documents, signer: by } = await unpack(octets(`${messages}post.asice.zip`), trusted(), signed);
      expect(by.organisasjonsnummer).to.equal('991825827');
      expect(manifest.hoveddokument.href).to.equal('hoveddokument.txt');
      expect(documents).to.have.length(5);
    });

    it('does not verify before it was signed', async () => {
      const outcome: unknown = await unpack(
        octets(`${messages}post.asice.zip`),
        trusted(),
        new Date('2014-08-26T10:00:00Z'),
      ).catch((e: unknown) => e);
      expect(outcome).to.have.property('code', 'INVALID_SECURITY');
    });
  });

  it('every business document that we make is valid by its schemas', async () => {
    const why = validity(
      [
        'http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader',
        'SBDH20040506-02/StandardBusinessDocumentHeader.xsd',
      ],
      ['http://begrep.difi.no/sdp/schema_v10', 'sdp.xsd'],
    );
    for (const [name, payload] of Object.entries(payloads)) {
      const signed = await signEnveloped(encodeSbd(documentOf(payload)), signer.key);
      expect(why(signed), name).to.deep.equal([]);
      const inner = /<ns9:(digitalPost|flyttetDigitalPost|kvittering|feil)>.*<\/ns9:\1>/.exec(signed)?.[0] ?? '';
      const alone = inner.replace(
        '>',
        ' xmlns:ns9="http://begrep.difi.no/sdp/schema_v10" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
      );
      expect(why(alone), name).to.deep.equal([]);
      expect(why(alone.replace(/<ds:Signature>.*<\/ds:Signature>/, '')), name).not.to.deep.equal([]);
    }
  });

  it('every manifest and signature file that we make is valid by its schemas', async () => {
    const manifests = validity(['http://begrep.difi.no/sdp/schema_v10', 'sdp.xsd']);
    const files = await readZip(await packed());
    expect(manifests(files.get('manifest.xml')!.toString())).to.deep.equal([]);
    const print = await readZip(await packed({ mottaker: null, lenke: null, vedlegg: innhold.vedlegg.slice(1) }));
    expect(manifests(print.get('manifest.xml')!.toString())).to.deep.equal([]);
    const signatures = validity(
      ['http://uri.etsi.org/2918/v1.2.1#', 'asic-e/ts_102918v010201.xsd'],
      ['http://uri.etsi.org/01903/v1.3.2#', 'etsi/XAdES.xsd'],
    );
    const xml = files.get('META-INF/signatures.xml')!.toString();
    expect(signatures(xml)).to.deep.equal([]);
    expect(signatures(xml.replace(/<xades:IssuerSerial>.*<\/xades:IssuerSerial>/, ''))).not.to.deep.equal([]);
  });
});
