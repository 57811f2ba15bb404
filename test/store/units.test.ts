import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { unitsCommands } from '../../src/cli/units.js';
import { syntheticUnits } from '../../src/sandbox/units.js';
import type { Store } from '../../src/store/index.js';
import { runCommand } from '../support/runCommand.js';
import { eachStore } from '../support/stores.js';
import { openBackend } from './support/backend.js';

const [first, second, third, ...rest] = syntheticUnits(60);

/** A unit as the download has it. */
const downloaded = ({
  organisasjonsform,
  slettet,
  forretningsadresse,
  postadresse,
  ...unit
}: typeof first & object) => ({
  ...unit,
  organisasjonsform: { kode: organisasjonsform, beskrivelse: 'x "}]{[ \\' },
  forretningsadresse: forretningsadresse && { ...forretningsadresse, adresse: forretningsadresse.adresselinjer },
  ...(postadresse && { postadresse: { ...postadresse, adresse: postadresse.adresselinjer } }),
  ...(slettet !== null && { slettedato: slettet }),
  naeringskode1: { kode: '01.110' },
});

const array = (units: readonly unknown[]) => JSON.stringify(units, null, 1);

describe('Enhetsregisteret', () => {
  eachStore((database) => {
    let store: Store;
    let directory: string;
    before(async () => {
      store = await database.open();
      directory = await mkdtemp(join(tmpdir(), 'posthorn-units-'));
    });
    after(() => rm(directory, { recursive: true }));

    const run = (...args: string[]) =>
      runCommand(
        (program) => unitsCommands(program, async () => ({ ...store, close: async () => {} }), { terminal: false }),
        'units',
        ...args,
      );
    const importing = async (content: string | Buffer, ...options: string[]) => {
      const path = join(directory, 'enheter');
      await writeFile(path, content);
      return run('import', path, ...options);
    };
    const find = async (...ids: string[]) => [...(await store.enheter.find(ids)).values()];
    const rows = async () => {
      const backend = await openBackend(database.url());
      const found = await backend.read((db) => db.selectFrom('unit').select('organisasjonsnummer').execute());
      await backend.close();
      return found.length;
    };

    it('R-55: a row whose number is wrong, that stands there twice, or that has no name refuses the whole file', async () => {
      const bad = [
        downloaded(first!),
        { ...downloaded(second!), organisasjonsnummer: '310000036' },
        downloaded(first!),
        { ...downloaded(third!), navn: ' ' },
        { ...downloaded(third!), postadresse: { adresse: [1] } },
      ];
      expect(await store.enheter.isEmpty()).to.equal(true);
      const { code, err } = await importing(array(bad));
      expect(code).to.equal(1);
      expect(err).to.contain('row 2, organisasjonsnummer: must be nine digits with a check digit\n');
      expect(err).to.contain('row 3, organisasjonsnummer: stands in a row before this one too\n');
      expect(err).to.contain('row 4, navn: is empty\n');
      expect(err).to.contain('row 5, postadresse.adresse: must be a list of lines\n');
      expect([await store.enheter.isEmpty(), await rows()]).to.deep.equal([true, 0]);
      const skipped = await importing(array(bad), '--skip-errors');
      expect(skipped.out).to.contain(': 1 units, 0 of them deleted; 4 rows with errors left out.');
      expect(await find(first!.organisasjonsnummer)).to.deep.equal([first]);
    });

    it('the next import takes the place of the one before, as an array in gzip, whatever the file is called', async () => {
      const packed = gzipSync(array([second, third, ...rest].map((unit) => downloaded(unit!))));
      const { out, err } = await importing(packed);
      expect(out).to.contain(`: ${rest.length + 2} units, 3 of them deleted.`);
      expect(err).to.match(/^Importing: \d+ %, \d+ rows\n/);
      expect(await find(first!.organisasjonsnummer)).to.deep.equal([]);
      const all = [second!, third!, ...rest];
      const found = await store.enheter.find(all.map(({ organisasjonsnummer }) => organisasjonsnummer));
      expect(all.map(({ organisasjonsnummer }) => found.get(organisasjonsnummer))).to.deep.equal(all);
      expect(await rows()).to.equal(all.length);
    });

    it('JSON Lines, and CSV with dotted columns, say the same', async () => {
      const units = [first!, second!];
      await importing(units.map((unit) => JSON.stringify(downloaded(unit))).join('\n'));
      expect(await find(first!.organisasjonsnummer, second!.organisasjonsnummer)).to.have.deep.members(units);
      const header =
        'navn,organisasjonsnummer,organisasjonsform.kode,forretningsadresse.adresse,forretningsadresse.postnummer,naeringskode1.kode';
      const csv = `\uFEFF${header}\n"Øst, Vest AS",${first!.organisasjonsnummer},AS,"Hus 1\nStorgata 2",0155,01\n`;
      await importing(csv);
      expect(await find(first!.organisasjonsnummer, second!.organisasjonsnummer)).to.deep.equal([
        {
          organisasjonsnummer: first!.organisasjonsnummer,
          navn: 'Øst, Vest AS',
          organisasjonsform: 'AS',
          forretningsadresse: {
            adresselinjer: ['Hus 1', 'Storgata 2'],
            postnummer: '0155',
            poststed: null,
            kommunenummer: null,
            landkode: null,
          },
          postadresse: null,
          epostadresse: null,
          mobil: null,
          slettet: null,
        },
      ]);
    });

    it('a file that is cut off, or that is no such file, changes nothing', async () => {
      const whole = array([downloaded(second!), downloaded(third!)]);
      for (const [text, why] of [
        [whole.slice(0, -1), 'cut off'],
        [whole.slice(0, -20), 'cut off'],
        [`${whole}x`, 'is not a JSON object'],
        ['[1]', 'is not a JSON object'],
        [`[{"navn":"${'x'.repeat(66_000)}"}]`, 'longer than 65536'],
        ['navn,postadresse.adresse\nA,B', 'no column "organisasjonsnummer"'],
        ['[]', 'no rows'],
        [' \n', 'no rows'],
      ] as const) {
        const { code, err } = await importing(text);
        expect([code, err.includes(why)], `${why}: ${err}`).to.deep.equal([1, true]);
      }
      expect(await find(first!.organisasjonsnummer, second!.organisasjonsnummer)).to.have.length(1);
      expect(await rows()).to.equal(1);
    });

    it('an import that was broken off goes on where it stopped, unless another has begun since', async () => {
      const { enhetsimport } = store.enheter;
      expect(await enhetsimport.begin('a')).to.equal(0);
      await enhetsimport.stage('a', 2, [second!]);
      expect(await enhetsimport.begin('a')).to.equal(2);
      expect(await find(second!.organisasjonsnummer)).to.deep.equal([]);
      expect(await enhetsimport.begin('b')).to.equal(0);
      expect(await rows()).to.equal(1);
      const lost = await enhetsimport.stage('a', 3, [third!]).catch((e: unknown) => String(e));
      expect(lost).to.contain('another process');
      await enhetsimport.stage('b', 1, [third!]);
      expect(await enhetsimport.publish('b')).to.equal(1);
      expect(await find(second!.organisasjonsnummer, third!.organisasjonsnummer)).to.deep.equal([third]);
    });

    it('removes a large old edition part by part', async () => {
      const units = syntheticUnits(10_500);
      const { enhetsimport } = store.enheter;
      await enhetsimport.begin('large');
      await enhetsimport.stage('large', units.length, units);
      await enhetsimport.publish('large');
      expect(await rows()).to.equal(units.length);
      await importing(array([downloaded(first!)]));
      expect(await rows()).to.equal(1);
    });

    it('shows a unit, and says what it lacks', async () => {
      const silent = { ...first!, epostadresse: null, mobil: null, slettet: '2025-06-30' };
      await importing(array([downloaded(silent)]));
      const { out } = await run('show', first!.organisasjonsnummer);
      expect(out).to.match(/navn +EKSEMPEL DRIFT AS\n/);
      expect(out).to.match(/forretningsadresse +Storgata 1, 0155 OSLO, NO\n/);
      expect(out).to.match(/slettet +2025-06-30\nThe unit is deleted.*\nIt has neither e-mail address nor mobile/);
      expect((await run('show', second!.organisasjonsnummer)).err).to.contain('is not in Enhetsregisteret');
      expect((await run('show', '310000036')).code).to.equal(2);
    });
  });
});
