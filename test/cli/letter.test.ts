import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { expect } from 'chai';
import { documentOf, parseAddress, titleOf } from '../../src/cli/letter.js';
import { CommandError, UsageError } from '../../src/cli/output.js';
import { mainOnly, mimetypes } from '../../src/domain/mimetypes.js';

describe('cli/letter', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-letter-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('R-44: reads an address in Norway, and one abroad by code or by name', () => {
    const norge = { navn: 'Kari', adresselinjer: ['Storgata 1', 'Oppgang B'], postnummer: '0155', poststed: 'OSLO S' };
    expect(parseAddress('Kari; Storgata 1;Oppgang B ; 0155 OSLO S')).to.deep.equal(norge);
    expect(parseAddress('Kari;0155 OSLO')).to.deep.include({ adresselinjer: [], postnummer: '0155' });
    const abroad = { navn: 'Kari', adresselinjer: ['Kungsgatan 1', '111 43 Stockholm'] };
    expect(parseAddress('Kari; Kungsgatan 1; 111 43 Stockholm; SE')).to.deep.equal({ ...abroad, land: { kode: 'SE' } });
    expect(parseAddress('Kari; Kungsgatan 1; 111 43 Stockholm; Sverige')).to.deep.equal({
      ...abroad,
      land: { navn: 'Sverige' },
    });
  });

  for (const text of ['', 'Kari', 'Kari;', '; 0155 OSLO', 'Kari; ; 0155 OSLO']) {
    it(`refuses "${text}" as an address`, () => {
      expect(() => parseAddress(text)).to.throw(InvalidArgumentError);
    });
  }

  it('R-33: knows the type of a document by its name, whatever the case of its end', async () => {
    const found = [];
    for (const end of 'pdf HTML htm txt xml png jpg jpeg gif doc xls ppt docx xlsx pptx odt ods odp odg'.split(' ')) {
      const file = join(folder, `brev.${end}`);
      await writeFile(file, 'x');
      const { filnavn, tittel, mimetype, innhold } = await documentOf(file);
      expect([filnavn, tittel, Buffer.from(innhold).toString()]).to.deep.equal([`brev.${end}`, 'brev', 'x']);
      found.push(mimetype);
    }
    // text/xml says the same as application/xml, and of the two the second is written.
    const ofNames = mimetypes.filter((type) => type !== 'text/xml' && !mainOnly.has(type));
    expect(new Set(found)).to.deep.equal(new Set(ofNames));
  });

  it('refuses a file that no letter has, and one that is not there', async () => {
    const refused = async (file: string) => documentOf(join(folder, file)).catch((error: unknown) => error);
    expect(await refused('virus.exe')).to.be.instanceOf(UsageError);
    expect(await refused('missing.pdf'))
      .to.be.instanceOf(CommandError)
      .with.property('message')
      .that.contains('ENOENT');
  });

  it('names a letter by its file', () => {
    expect(titleOf('/a/b/Vedtak om støtte.v2.pdf')).to.equal('Vedtak om støtte.v2');
  });
});
