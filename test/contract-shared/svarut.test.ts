import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { differences } from './structure.js';

const shared = new URL('../../../shared/spec/svarut/', import.meta.url);
const published = (file: string): string => readFileSync(new URL(file, shared), 'utf8');
const ours = (file: string): string => readFileSync(new URL(`../../wsdl/${file}`, import.meta.url), 'utf8');

const versions = [4, 6, 8, 9].map((n) => `ForsendelsesServiceV${n}.wsdl`);

describe('the published contracts of SvarUt', () => {
  before(function () {
    if (existsSync(shared)) return;
    console.log(`      skipped: the published contracts are not at ${shared.pathname}`);
    this.skip();
  });

  for (const file of versions) {
    it(`${file} cannot be told from ours`, () => {
      expect(differences(published(file), ours(file))).to.deep.equal([]);
    });
  }

  it('are told from one another: the comparison is in force', () => {
    for (const [i, file] of versions.entries()) {
      const next = versions[(i + 1) % versions.length] ?? '';
      expect(differences(published(file), ours(next)), `${file} and ${next}`).not.to.deep.equal([]);
    }
  });
});

/** Changes that a client would see, in the newest version: each is one that generated files could have. */
const mutations: Readonly<Record<string, readonly [find: string, put: string]>> = {
  'a mandatory element': ['name="filnavn" type="xs:string"/>', 'name="filnavn" type="xs:string" minOccurs="0"/>'],
  'nil of a signature': [
    'name="signaturtype" type="t:signaturType" nillable="true"',
    'name="signaturtype" type="t:signaturType"',
  ],
  'the misspelt operation': [
    '<wsdl:operation name="retreiveForsendelseTyper">',
    '<wsdl:operation name="retrieveForsendelseTyper">',
  ],
  'qualified children': ['elementFormDefault="unqualified"', 'elementFormDefault="qualified"'],
  'an abstract type': ['name="digitalAdresse" abstract="true"', 'name="digitalAdresse"'],
  'SOAP 1.1': ['http://schemas.xmlsoap.org/wsdl/soap12/', 'http://schemas.xmlsoap.org/wsdl/soap/'],
  'the id without its s': ['name="forsendelseid" type="xs:string"', 'name="forsendelsesid" type="xs:string"'],
};

describe('the comparison with the published contracts of SvarUt', () => {
  const newest = ours('ForsendelsesServiceV9.wsdl');
  for (const [what, [find, put]] of Object.entries(mutations)) {
    it(`sees a change of ${what}`, () => {
      const changed = newest.replace(find, put);
      expect(changed).not.to.equal(newest);
      expect(differences(newest, changed)).not.to.deep.equal([]);
    });
  }
});
