import { expect } from 'chai';
import type { Kanal } from '../../../src/domain/routing/decision.js';
import { tilstander } from '../../../src/domain/shipment.js';
import { svarutStatus, svarutStatuser } from '../../../src/domain/svarut/status.js';

const kanaler: readonly Kanal[] = ['SVARINN', 'POSTKASSE', 'ALTINN', 'UTSKRIFT', 'PORTAL'];

/** By state and channel; one value where the channel does not matter. */
const forventet: Readonly<Record<string, string>> = {
  MOTTATT: 'AKSEPTERT',
  SENDT: 'KLAR_FOR_MOTTAK SENDT_SDP VARSLET SENDT_PRINT SENDT_DIGITALT',
  I_PRODUKSJON: 'SENDT_PRINT',
  LEVERT: 'LEST LEVERT_SDP SENDT_DIGITALT PRINTET SENDT_DIGITALT',
  AAPNET: 'LEST',
  RETURNERT: 'PRINTET',
  TRUKKET: 'MANUELT_HANDTERT',
  OVERLATT: 'SENDT_DIGITALT',
  VARSLET: 'VARSLET',
  FEILET: 'IKKE_LEVERT',
};

describe('domain/svarut/status', () => {
  for (const tilstand of tilstander)
    it(`${tilstand} → ${forventet[tilstand]}`, () => {
      const statuser = forventet[tilstand]?.split(' ') ?? [];
      kanaler.forEach((kanal, i) => expect(svarutStatus(tilstand, kanal), kanal).to.equal(statuser[i] ?? statuser[0]));
    });

  it('is IKKE_LEVERT where the rules refused and nothing else is known', () => {
    expect(svarutStatus('FEILET', null)).to.equal('IKKE_LEVERT');
    expect(svarutStatus('SENDT', null)).to.equal('IKKE_LEVERT');
    expect(svarutStatus('LEVERT', null)).to.equal('IKKE_LEVERT');
  });

  it('reaches every status but those of an id without an accepted letter', () => {
    const naadd = new Set(tilstander.flatMap((t) => kanaler.map((k) => svarutStatus(t, k))));
    expect(svarutStatuser.filter((status) => !naadd.has(status))).to.deep.equal(['MOTTATT', 'AVVIST']);
  });
});
