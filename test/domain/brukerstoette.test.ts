import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forklart } from '../../src/application/shipmentDeps.js';
import { readSupport } from '../../src/config/support.js';
import type { Fakta } from '../../src/domain/routing/facts.js';
import { decide } from '../../src/domain/routing/decide.js';
import * as f from './routing/fakta.js';

const file = join(import.meta.dirname, '../../support/2015.json');
const of2015 = readSupport(file);
const altinn = { hos: 'ALTINN', navn: 'Altinn', telefon: '1', aapningstid: '08.00–15.00', aar: 2026 };
const told = (fakta: Fakta, support = [...of2015, altinn]) => forklart(decide(fakta), null, support).tekst;

describe('domain/brukerstoette: who can help', () => {
  it('names the mailbox of the recipient and ID-porten, with the year of their numbers, after all else', () => {
    const { nb, en } = told(f.fakta);
    expect(nb.startsWith(forklart(decide(f.fakta), null).tekst.nb)).to.equal(true);
    expect(nb).to.match(
      / Mottakeren kan få hjelp hos Brukerstøtte Digipost \(telefon 04004, hverdager kl\. 08\.00–18\.00, i 2015\) og ID-porten brukerstøtte \(telefon 800 30 300, hverdager kl\. 08\.00–15\.30, i 2015\)\.$/,
    );
    expect(en).to.match(
      / The recipient can get help from Brukerstøtte Digipost \(telephone 04004, .* and ID-porten .*\.$/,
    );
  });

  it('names ID-porten to one who gets paper, Altinn to a business, and nobody where nobody is known', () => {
    expect(told(f.about({ reservasjon: true })).nb).to.contain('hjelp hos ID-porten brukerstøtte (');
    expect(told(f.withAltinn(f.to(f.virksomhet))).nb).to.contain('hjelp hos Altinn (telefon 1');
    for (const fakta of [f.to(null), f.to('1234')]) expect(told(fakta).nb).not.to.contain('hjelp');
    expect(told(f.fakta, []).nb).not.to.contain('hjelp');
  });

  it('a file that is no such list is refused, with what is wrong in it', () => {
    const directory = mkdtempSync(join(tmpdir(), 'posthorn-support-'));
    try {
      const path = join(directory, 'support.json');
      for (const [text, why] of [
        ['[', 'JSON'],
        ['{}', 'array'],
        [JSON.stringify([{ ...altinn, hos: 'NOBODY' }]), 'hos'],
        [JSON.stringify([{ ...altinn, aar: '2015' }]), 'aar'],
        [JSON.stringify([{ ...altinn, more: 1 }]), 'more'],
      ] as const) {
        writeFileSync(path, text);
        expect(() => readSupport(path)).to.throw(Error, why);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
