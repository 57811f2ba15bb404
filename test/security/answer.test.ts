import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tns } from '../../src/contract/oppslagstjenesten/names.js';
import { secondOpinion } from '../../src/diagnosis/secondOpinion.js';
import { protectAnswer } from '../../src/security/answer.js';
import { DS, SOAP12, WSSE11, WSU } from '../../src/soap/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { attribute, childElements, childrenNamed, textOf } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { element, serialise } from '../../src/xml/write.js';
import { answered, content, makeAnswer, openAsCaller, sent, service } from '../support/answers.js';
import { foreign } from '../support/foreign.js';
import { swap } from '../support/messages.js';
import { testTime } from '../support/pki.js';

/** An element without what reading adds to it. */
const bare = (e: XmlElement): unknown => serialise(e);

function descend(root: XmlElement, ...locals: readonly string[]): XmlElement {
  return locals.reduce((e, local) => {
    const found = childElements(e).find((child) => child.local === local);
    if (found === undefined) throw new Error(`no ${local} in ${e.local}`);
    return found;
  }, root);
}

describe('security/answer: what we send', () => {
  let text: string;
  let security: XmlElement;
  before(async () => {
    text = await protectAnswer(content, answered(), service.key, testTime);
    security = descend(parse(text), 'Header', 'Security');
  });

  it('has the children of Security in the recorded order, and asks that it be understood', () => {
    expect(childElements(security).map((e) => `${e.prefix}:${e.local}`)).to.deep.equal([
      'xenc:EncryptedKey',
      'wsse:BinarySecurityToken',
      'ds:Signature',
      'wsu:Timestamp',
      'wsse11:SignatureConfirmation',
    ]);
    expect(attribute(security, 'mustUnderstand', SOAP12)).to.equal('true');
    expect(text).to.match(/^<env:Envelope xmlns:env=/);
  });

  it('has Ids by their recorded prefixes, in attributes called wsu:Id where clients look for those letters', () => {
    const ids = [...text.matchAll(/ (wsu:Id|Id)="([A-Za-z0-9]+)-[0-9a-f-]{36}"/g)].map(
      ([, name, of]) => `${name} ${of}`,
    );
    expect(ids).to.deep.equal([
      'Id EK',
      'wsu:Id X509',
      'Id SIG',
      'Id KI',
      'wsu:Id STR',
      'wsu:Id TS',
      'wsu:Id SC',
      'wsu:Id id',
      'Id ED',
    ]);
  });

  it('lives for sixty seconds, to the millisecond, in UTC', () => {
    const timestamp = descend(security, 'Timestamp');
    expect(childElements(timestamp).map(textOf)).to.deep.equal([
      '2026-03-02T12:00:00.000Z',
      '2026-03-02T12:01:00.000Z',
    ]);
  });

  it('signs Timestamp, Body and SignatureConfirmation, each by the one transform and SHA-256', () => {
    const references = childrenNamed(descend(security, 'Signature', 'SignedInfo'), DS, 'Reference');
    expect(references.map((r) => attribute(r, 'URI')?.slice(1, 3))).to.deep.equal(['TS', 'id', 'SC']);
    for (const r of references) {
      const transforms = childElements(descend(r, 'Transforms'));
      expect(transforms.map((t) => attribute(t, 'Algorithm'))).to.deep.equal([
        'http://www.w3.org/2001/10/xml-exc-c14n#',
      ]);
      expect(transforms.flatMap(childElements)).to.deep.equal([]);
      expect(attribute(descend(r, 'DigestMethod'), 'Algorithm')).to.equal('http://www.w3.org/2001/04/xmlenc#sha256');
    }
  });

  it('names the certificate that the key is encrypted to by issuer and serial number, and no digest for OAEP', () => {
    const key = descend(security, 'EncryptedKey');
    const method = descend(key, 'EncryptionMethod');
    expect(attribute(method, 'Algorithm')).to.equal('http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p');
    expect(method.children).to.deep.equal([]);
    const named = childElements(descend(key, 'KeyInfo', 'SecurityTokenReference', 'X509Data', 'X509IssuerSerial'));
    expect(named.map(textOf)).to.deep.equal([
      'CN=Posthorn Development Issuing CA,O=Posthorn Development,C=NO',
      '310000019',
    ]);
  });

  it('repeats the SignatureValue that it answers, and no content in the clear', () => {
    expect(attribute(descend(security, 'SignatureConfirmation'), 'Value')).to.equal(sent);
    expect(text).not.to.contain('23863814839');
    expect(text).not.to.match(/>\s+</);
  });

  it('can be opened by the caller, and says who signed it', () => {
    const { signer, content: opened } = openAsCaller(text);
    expect(signer.organisasjonsnummer).to.equal('991825827');
    expect(bare(opened)).to.equal(bare(content));
  });

  const nasty = `a]]>b\rc\r\nd\u0085e\u2028"'&<>&amp;\t\n \u{1f4ef} `;
  const oddContent = (text: string): XmlElement =>
    element(tns, 'HentPersonerRespons', { attr: text }, [element(tns, 'x', {}, [text]), text]);

  it('SECURITY 20: gives back ]]>, CR, NEL, quotes and astral characters as they were', async () => {
    const odd = oddContent(nasty);
    const { content: opened } = openAsCaller(await protectAnswer(odd, answered(), service.key, testTime));
    expect(attribute(opened, 'attr')).to.equal(nasty);
    expect(textOf(opened)).to.equal(nasty);
    expect(textOf(descend(opened, 'x'))).to.equal(nasty);
  });

  it('SECURITY 20: verifies with them in xml-crypto, whose reader takes NEL and LS for line ends', async () => {
    const opinion = async (text: string) =>
      secondOpinion(
        await makeAnswer({ content: oddContent(text), body: ({ plainBody }) => plainBody }),
        service.parsed.publicKey,
      ).ok;
    expect(await opinion(nasty.replace(/[\u0085\u2028]/g, ''))).to.equal(true);
    expect(await opinion(nasty)).to.equal(false);
  });

  it('SECURITY 20: verifies with them in xmlsec1', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-answer-'));
    try {
      const [key, file] = [join(folder, 'key.pem'), join(folder, 'answer.xml')];
      writeFileSync(key, service.parsed.publicKey.export({ type: 'spki', format: 'pem' }));
      const answer = await makeAnswer({ content: oddContent(nasty), body: ({ plainBody }) => plainBody });
      const ids = [`${WSU}:Timestamp`, `${SOAP12}:Body`, `${WSSE11}:SignatureConfirmation`];
      const verify = ['--verify', '--pubkey-pem', key, ...ids.flatMap((id) => ['--id-attr:Id', id]), file];
      for (const [text, good] of [
        [answer, true],
        [answer.replaceAll('b&#xD;c', 'bc'), false],
      ] as const) {
        writeFileSync(file, text);
        const { content: valid, output } = foreign(this, 'xmlsec1', verify);
        expect(valid, output).to.equal(good);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads the decrypted content in the namespaces that were in scope where it stood', async () => {
    const encrypted = serialise(content).replace(/ xmlns:ns[23]="[^"]*"/g, '');
    const scope = content.declarations.map(({ prefix, uri }) => ` xmlns:${prefix}="${uri}"`).join('');
    const declared = swap(await makeAnswer({ encrypted }), '<env:Envelope ', `<env:Envelope ${scope} `);
    const root = parse(declared);
    const security = descend(root, 'Header', 'Security');
    expect(security.parent?.parent).to.equal(root);
    const { content: opened } = openAsCaller(declared);
    expect(bare({ ...opened, declarations: content.declarations })).to.equal(bare(content));
  });
});
