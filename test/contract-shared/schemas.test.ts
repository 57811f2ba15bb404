import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkMessage } from '../../src/contract/schemas.js';
import { eb } from '../../src/contract/ebms/names.js';
import { sbdh } from '../../src/contract/sdp/names.js';
import type { XmlElement } from '../../src/xml/model.js';
import { childElements, is } from '../../src/xml/model.js';
import { parse } from '../../src/xml/tree.js';
import { failureOf } from '../support/pki.js';
import { differences } from './structure.js';

const shared = new URL('../../../shared/spec/sdp/', import.meta.url);
const published = (file: string): string => readFileSync(new URL(file, shared), 'utf8');
const ours = readFileSync(new URL('../../xsd/profile/sdp/sdp.xsd', import.meta.url), 'utf8');

/** Schemas of one namespace, as if they stood in one file; what they import is elsewhere. */
function together(...files: readonly string[]): string {
  const texts = files.map((file) => file.replace(/<(?:\w+:)?(?:import|include)\b[^>]*>/g, ''));
  const [first = ''] = texts;
  const inner = texts.map((text) => text.replace(/^[^]*?<xsd?:schema\b[^>]*>/, '').replace(/<\/xsd?:schema>\s*$/, ''));
  return `${/<xsd?:schema\b[^>]*>/.exec(first)?.[0] ?? ''}${inner.join('')}${/<\/xsd?:schema>\s*$/.exec(first)?.[0] ?? ''}`;
}

/** An example of a fault that its own schema refuses: its language has no namespace. */
const notValid = 'eksempel_soap_fault_med_ebms_error.xml';

const descendants = (e: XmlElement): XmlElement[] => [e, ...childElements(e).flatMap(descendants)];

/** Header blocks and business documents of the recorded messages. */
function recorded(): readonly { readonly file: string; readonly header?: XmlElement; readonly carried?: XmlElement }[] {
  const files = readdirSync(new URL('samples-soap/', shared)).filter((file) => file.endsWith('.xml'));
  return files.map((file) => {
    const all = descendants(parse(published(`samples-soap/${file}`).replace(/^\uFEFF/, '')));
    const header = all.find((e) => is(e, eb.uri, 'Messaging'));
    const carried = all.find((e) => is(e, sbdh.uri, 'StandardBusinessDocument'));
    return { file, ...(header && { header }), ...(carried && { carried }) };
  });
}

describe('the schemas that messages of digital post are held against', () => {
  before(function () {
    if (existsSync(shared)) return;
    console.log(`      skipped: the published contract is not at ${shared.pathname}`);
    this.skip();
  });

  it('payloads cannot be told from the published schema; the manifest is none of them', () => {
    const parts = ['sdp-melding', 'sdp-felles', 'sdp-kvittering', 'sdp-feil'].map((name) =>
      published(`xsd/${name}.xsd`),
    );
    expect(differences(together(...parts), together(ours))).to.deep.equal([]);
  });

  it('payloads are worded by us', () => {
    const words = ours.match(/<xs:documentation[^>]*>[^<]*/g) ?? [];
    const theirs = ['sdp-melding', 'sdp-felles', 'sdp-kvittering', 'sdp-feil'].map((name) =>
      published(`xsd/${name}.xsd`),
    );
    const copied = words.filter((text) => theirs.some((their) => their.includes(text.replace(/^<[^>]*>/, '').trim())));
    expect(words.length).to.be.greaterThan(5);
    expect(copied).to.deep.equal([]);
  });

  it('take every recorded header and document', () => {
    const found = recorded().filter(({ file }) => file !== notValid);
    const refused = found.flatMap(({ file, header, carried }) => {
      try {
        checkMessage({ blocks: header === undefined ? [] : [header] }, carried);
        return [];
      } catch (error) {
        return [`${file}: ${(error as Error).message}`];
      }
    });
    expect(refused).to.deep.equal([]);
    expect(found.filter(({ header }) => header !== undefined)).to.have.length.above(5);
    expect(found.filter(({ carried }) => carried !== undefined)).to.have.length.above(3);
  });

  it('are in force', () => {
    const header = recorded().find((r) => r.header !== undefined)!.header!;
    const odd = { ...header, children: [...header.children, ...header.children] };
    expect(failureOf(() => checkMessage({ blocks: [odd] })).values['ebms']).to.equal('EBMS:0009');
  });
});
