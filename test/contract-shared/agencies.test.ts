import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { importerVirksomheter } from '../../src/application/virksomheter.js';
import { lesVirksomhetsliste } from '../../src/domain/agencies.js';
import { eachStore } from '../support/stores.js';

const file = new URL('../../../shared/spec/rules/agencies.txt', import.meta.url);

if (existsSync(file)) {
  const text = readFileSync(file, 'utf8');

  describe('R-64: the agencies of the founding documents', () => {
    const list = lesVirksomhetsliste(text);
    const remarked = (note: string) => list.filter(({ merknader: m }) => m.includes(note as never)).map((l) => l.navn);

    it('has 399 lines and 398 names, and finds the repeated one and the odd ones', () => {
      expect([list.length, new Set(list.map(({ navn }) => navn)).size]).to.deep.equal([399, 398]);
      expect(remarked('REPEATED')).to.deep.equal(['Ringsaker kommune']);
      expect(remarked('NO_BREAK_SPACE')).to.deep.equal(['Sør-Varanger kommune']);
      expect(remarked('MARK')).to.deep.equal(['Sandefjord kommune (*nye)']);
      expect(remarked('SPELLING')).to.include.members(['Tønsbeerg kommune', 'Søir husholdning as']);
      expect(list.filter(({ merknader: m }) => m.length > 0).length).to.be.below(10);
    });

    eachStore((database) => {
      it('is kept name by name, octet by octet, and a second import adds nothing', async () => {
        const store = await database.open();
        const load = importerVirksomheter({ unitOfWork: store.unitOfWork, clock: { now: () => new Date() } });
        expect(await load(text)).to.include({ linjer: 399, nye: 398, kjente: 0 });
        expect(await load(text)).to.include({ nye: 0, kjente: 398 });
        const kept = await store.reads.agencies();
        expect([...kept].sort()).to.deep.equal([...new Set(list.map(({ navn }) => navn))].sort());
      });
    });
  });
} else describe('the agencies of the founding documents', () => it('not compared: ../shared is not here'));
