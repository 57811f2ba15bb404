import { expect } from 'chai';
import type { Retur } from '../../../src/contract/svarut/encode.js';
import {
  encodeHistorikk,
  encodeMottakersystem,
  encodeSigneringshistorikk,
  encodeStatus,
  encodeStatusresultat,
  encodeSvar,
} from '../../../src/contract/svarut/encode.js';
import type { Versjon } from '../../../src/contract/svarut/names.js';
import { versjoner } from '../../../src/contract/svarut/names.js';
import { svarutStatuser } from '../../../src/domain/svarut/status.js';
import { serialise } from '../../../src/xml/write.js';
import { wsdlSchema, type WsdlSchema } from '../../support/svarutSchema.js';
import { versjon } from './letters.js';

const [v9, v4] = [versjon(9), versjon(4)];
const at = new Date('2017-10-18T21:21:18.398Z');
const id = 'abc8849c-e281-4809-8555-7cd54952b946';

const svar = (returns: readonly Retur[], operasjon = 'x', v: Versjon = v9): string =>
  serialise(encodeSvar(v, operasjon, returns));
const inner = (...returns: readonly Retur[]): string =>
  svar(returns).replace(`<ns2:xResponse xmlns:ns2="${v9.ns.uri}">`, '').replace('</ns2:xResponse>', '');

const result = { forsendelsesid: id, status: 'LEVERT_SDP', sisteStatusEndring: at } as const;
const historikk = [
  { hendelse: 'Mottatt', tidspunkt: at },
  { hendelse: 'En\nlinje\r\n\u2028til\u0000 <&>', tidspunkt: new Date('2017-12-31T23:00:00Z') },
];
const system = {
  mottakerid: '7',
  navn: 'Arkivet',
  orgnr: '310000027',
  forsendelseType: 'Byggesøknad',
  nivaa: 3,
} as const;
const signering = {
  forsendelseid: id,
  logg: [{ tidspunkt: at, type: 'SigneringsoppdragStartet', hendelse: 'Startet' }],
};

describe('contract/svarut/encode', () => {
  it('writes return without prefix, attribute or line break', () => {
    expect(svar([id], 'sendForsendelse')).to.equal(
      `<ns2:sendForsendelseResponse xmlns:ns2="http://www.ks.no/svarut/servicesV9"><return>${id}</return></ns2:sendForsendelseResponse>`,
    );
    expect(svar([], 'x', v4)).to.equal('<ns2:xResponse xmlns:ns2="http://www.ks.no/svarut/services"></ns2:xResponse>');
  });

  it('writes the status of letters with Norwegian time', () => {
    expect(inner(encodeStatusresultat(v9, result))).to.equal(
      `<return><forsendelseStatus>LEVERT_SDP</forsendelseStatus><forsendelsesid>${id}</forsendelsesid><sisteStatusEndring>2017-10-18T23:21:18.398+02:00</sisteStatusEndring></return>`,
    );
    const winter = { ...result, sisteStatusEndring: new Date('2018-01-01T00:00:00Z') };
    expect(inner(encodeStatusresultat(v9, winter))).to.contain('2018-01-01T01:00:00.000+01:00');
  });

  it('writes history for people: one line, no character that breaks it, and Norwegian time across new year', () => {
    expect(inner(encodeHistorikk(historikk))).to.equal(
      '<return><hendelsesLogg><hendelse>Mottatt</hendelse><tidspunkt>18.10.2017 23:21:18</tidspunkt></hendelsesLogg>' +
        '<hendelsesLogg><hendelse>En linje til  &lt;&amp;&gt;</hendelse><tidspunkt>01.01.2018 00:00:00</tidspunkt></hendelsesLogg></return>',
    );
  });

  it('writes receiving systems; one of both levels is of the higher', () => {
    expect(inner(encodeMottakersystem(system))).to.equal(
      '<return><forsendelseType>Byggesøknad</forsendelseType><mottakerid>7</mottakerid><mottakersystem>Arkivet</mottakersystem><niva>3</niva><orgnr>310000027</orgnr></return>',
    );
    expect(inner(encodeMottakersystem({ ...system, forsendelseType: null, nivaa: null }))).to.equal(
      '<return><mottakerid>7</mottakerid><mottakersystem>Arkivet</mottakersystem><niva>4</niva><orgnr>310000027</orgnr></return>',
    );
  });

  it('writes what was signed', () => {
    expect(inner(encodeSigneringshistorikk(signering))).to.equal(
      `<return><forsendelseid>${id}</forsendelseid><logg><tidspunkt>18.10.2017 23:21:18</tidspunkt><type>SigneringsoppdragStartet</type><hendelse>Startet</hendelse></logg></return>`,
    );
  });

  it('has 13 statuses, and for version 4 those 9 that it knows', () => {
    for (const v of versjoner.filter(({ alleStatuser }) => alleStatuser)) {
      expect(svarutStatuser.map((s) => encodeStatus(v, s))).to.deep.equal(svarutStatuser);
    }
    const old = svarutStatuser.map((s) => encodeStatus(v4, s));
    expect(old.slice(0, 9)).to.deep.equal(svarutStatuser.slice(0, 9));
    expect(old.slice(9)).to.deep.equal(['VARSLET', 'VARSLET', 'AKSEPTERT', 'AVVIST']);
  });

  for (const v of versjoner) {
    describe(v.navn, () => {
      let schema: WsdlSchema;
      before(() => {
        schema = wsdlSchema(v);
      });
      after(() => schema?.dispose());

      const answers: Readonly<Record<string, readonly Retur[]>> = {
        sendForsendelse: [id],
        sendForsendelseMedId: [id],
        startNyForsendelse: [id],
        retrieveForsendelseStatuser: svarutStatuser.map((status) => encodeStatusresultat(v, { ...result, status })),
        retrieveForsendelseHistorikk: [encodeHistorikk(historikk)],
        retrieveForsendelseIdByEksternRef: [id, id],
        setForsendelseLestAvEksterntSystem: [],
        retreiveForsendelseTyper: ['Byggesøknad', 'nav.digisos'],
        retrieveMottakerSystemForOrgnr: [
          encodeMottakersystem(system),
          encodeMottakersystem({ ...system, nivaa: null }),
        ],
        retrieveSigneringshistorikk: [encodeSigneringshistorikk(signering)],
        retrieveSigneringshistorikkForFlereForsendelser: [signering, signering].map(encodeSigneringshistorikk),
      };
      for (const operasjon of new Set(v.operasjoner.values())) {
        it(`answers ${operasjon} as the contract says`, () => {
          const all =
            answers[operasjon] === undefined ? svarutStatuser.map((s) => [encodeStatus(v, s)]) : [answers[operasjon]];
          for (const returns of all) expect(schema.check(svar(returns, operasjon, v))).to.deep.equal([]);
          const wrong = svar([], operasjon, v).replace('></', '><retur/></');
          expect(schema.check(wrong)).not.to.deep.equal([]);
        });
      }
    });
  }
});
