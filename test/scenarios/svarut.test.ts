import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { readZip } from '../../src/package/zip.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { decryptCms, encryptCms } from '../../src/security/cms.js';
import { parseCertificate } from '../../src/security/x509.js';
import { limits } from '../../src/limits.js';
import { codeOf } from '../application/shipping.js';
import { pdf } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { eachStore } from '../support/stores.js';
import { konto, mottakersOrgnr, svarutSteps } from '../support/svarutSteps.js';

const accepted = [
  'Mottatt, og tildelt forsendelse-id',
  'Metadata er validert OK',
  'Orginaldokumenter er lagret (1 dokument)',
  'Forsendelsesfil generert',
  'Akseptert for ekspedering',
];

async function octetsOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}

describe('SvarUt: where letters go', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    const { document, order, registered, send, statusOf, historyOf, until } = svarutSteps(() => world);
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    it('SENDT_SDP, LEVERT_SDP: a mailbox takes the letter, and delivers it', async () => {
      world.broker.dead = true;
      const id = await send(await order(await registered()));
      const history = await until(id, 'SENDT_SDP');
      expect(history.slice(0, 5)).to.deep.equal(accepted);
      expect(history.slice(6)).to.deep.equal(['Sendt til digital postkasse']);
      world.broker.dead = false;
      expect(await until(id, 'LEVERT_SDP')).to.include('Levert i digital postkasse');
      const [letter] = world.lettersIn((await world.store.shipments.byId(id))?.konversasjonsId ?? '');
      expect(letter?.provider).to.equal('digipost');
    });

    it('AKSEPTERT before it is handed on, and KRR: who has no mailbox gets paper, with the reason in the observed words', async () => {
      const person = await registered({ postkasse: null });
      const id = await send(await order(person));
      const history = await until(id, 'PRINTET');
      expect(history.slice(0, 5)).to.deep.equal(accepted);
      expect(history).to.include.members([
        `Mottaker ${person.fnr} er registert i kontaktregister, men har ikke registrert postkasse.`,
        'Sendt til print',
        'Printet og postlagt',
      ]);
      const events = await world.store.shipments.events(id);
      expect(
        events.some(({ tekst }) => JSON.stringify(tekst).includes(person.fnr)),
        'no national id in the clear',
      ).to.equal(false);
    });

    it('R-12: SENDT_PRINT for who is reserved, and PRINTET when the printer has posted it', async () => {
      world.broker.dead = true;
      const id = await send(await order(await registered({ reservasjon: true })));
      expect(await until(id, 'SENDT_PRINT')).to.include('Sendt til print');
      world.broker.dead = false;
      await until(id, 'PRINTET');
      expect(world.lettersIn((await world.store.shipments.byId(id))?.konversasjonsId ?? '')).to.have.length(1);
    });

    it('R-12: IKKE_LEVERT for who is reserved when only digital will do, at once, and its contents are not needed', async () => {
      const bestilling = await order(await registered({ reservasjon: true }), { kunDigitalLevering: true });
      const id = await send(bestilling);
      expect(await statusOf(id)).to.equal('IKKE_LEVERT');
      const history = await historyOf(id);
      expect(history.slice(0, 5)).to.deep.equal(accepted);
      expect(history.at(-1)).to.match(/^Ikke levert: /);
      expect((await world.store.shipments.queue(1000)).map((row) => row.shipmentId)).to.not.include(id);
    });

    it('KLAR_FOR_MOTTAK, LEST: the receiving system fetches the documents in order, encrypted to it, and acknowledges', async () => {
      const contents = [await pdf('En'), await pdf('To')];
      const dokumenter = [
        await document({ filnavn: 'første.pdf' }, contents[0]),
        await document({ filnavn: 'andre.pdf' }, contents[1]),
      ];
      const id = await send(await order({ orgnr: mottakersOrgnr }, { dokumenter }));
      expect(await until(id, 'KLAR_FOR_MOTTAK')).to.include('Klar for mottak i mottakerens system');
      const waiting = await world.svarinn.hentNye('svarinn-dev', 200);
      expect(waiting.map((letter) => letter.id)).to.include(id);
      expect(waiting.find((letter) => letter.id === id)?.avsender).to.deep.equal({
        organisasjonsnummer: konto.organisasjonsnummer,
        navn: identities.sender.organisasjon,
      });
      const { pakke } = await world.svarinn.hent('svarinn-dev', id);
      const { certificate, privateKey } = world.pki.identities.sender2;
      const encrypted = await octetsOf(world.files.get(pakke.ref));
      const zip = await readZip(await octetsOf(decryptCms(encrypted, privateKey, parseCertificate(certificate))));
      expect([...zip.keys()]).to.deep.equal(['første.pdf', 'andre.pdf']);
      expect([...zip.values()]).to.deep.equal(contents);
      const again = await world.svarinn.hent('svarinn-dev', id);
      expect(again.pakke).to.deep.equal(pakke);
      for (const who of ['another', 'svarut-dev'])
        expect(await codeOf(world.svarinn.hent(who, id)), who).to.equal('SVARUT_UNKNOWN_ID');
      await world.svarinn.kvitterMottak('svarinn-dev', id);
      await world.svarinn.kvitterMottak('svarinn-dev', id);
      const history = await until(id, 'LEST');
      expect(history.filter((line) => line.startsWith('Mottak er kvittert'))).to.deep.equal([
        'Mottak er kvittert av mottakersystemet svarinn-dev',
      ]);
      expect((await world.svarinn.hentNye('svarinn-dev', 200)).map((letter) => letter.id)).to.not.include(id);
      expect(await codeOf(world.svarinn.hent('svarinn-dev', id))).to.equal('SVARUT_UNKNOWN_ID');
    });

    it('a temporary failure of the receiving system is noted and the letter stays; a permanent one sends it on', async () => {
      const id = await send(await order({ orgnr: mottakersOrgnr }));
      await until(id, 'KLAR_FOR_MOTTAK');
      await world.svarinn.mottakFeilet('svarinn-dev', id, 'disken er full {lestAv}', false);
      expect(await statusOf(id)).to.equal('KLAR_FOR_MOTTAK');
      expect((await historyOf(id)).at(-1)).to.equal(
        'Mottak feilet hos mottakersystemet svarinn-dev: disken er full lestAv',
      );
      await world.svarinn.mottakFeilet('svarinn-dev', id, 'ukjent type', true);
      const history = await until(id, 'PRINTET');
      expect(history).to.include('Mottak feilet permanent hos mottakersystemet svarinn-dev: ukjent type');
      expect(history).to.include('Sendt til print');
      expect(await codeOf(world.svarinn.hent('svarinn-dev', id))).to.equal('SVARUT_UNKNOWN_ID');
      expect((await world.svarinn.hentNye('svarinn-dev', 200)).map((letter) => letter.id)).to.not.include(id);
    });

    it('MOTTATT, AVVIST: an id is given out, its letter is refused with nothing kept, and a right one is accepted', async () => {
      const id = await world.svarut.startNyForsendelse(konto);
      expect(await statusOf(id)).to.equal('MOTTATT');
      const files = await world.payloads();
      expect(await codeOf(send(await order(await registered(), { tittel: null }), id))).to.equal('SVARUT_CONTENT');
      expect(files).to.include.members([...(await world.payloads())]);
      expect(await statusOf(id)).to.equal('AVVIST');
      expect(await historyOf(id)).to.deep.equal(['Tildelt forsendelse-id', 'Avvist: Ugyldig innhold: tittel mangler']);
      expect(await send(await order(await registered()), id)).to.equal(id);
      await until(id, 'LEVERT_SDP');
    });

    it('LEST by another system, from any state, with who read it and where', async () => {
      const person = await registered({ reservasjon: true });
      const id = await send(await order(person));
      await until(id, 'PRINTET');
      const read = { forsendelsesid: id, lestAvFodselsnummer: person.fnr, navnPaEksterntSystem: 'Min side' };
      await world.svarut.settLest(konto, { ...read, datoLest: new Date('2026-03-03T23:30:00Z') });
      expect((await until(id, 'LEST')).at(-1)).to.equal(
        `Lest eksternt 4. mars 2026 av ${person.fnr} hos avsender ${identities.sender.organisasjon} i systemet 'Min side'`,
      );
      for (const fnr of ['123', '1234567890a', ''])
        expect(
          await codeOf(world.svarut.settLest(konto, { ...read, lestAvFodselsnummer: fnr, datoLest: null })),
        ).to.equal('SVARUT_CONTENT');
    });

    it('F15: the same id and the same letter are answered again; another letter, or another account, is SVARUT_ID_USED', async () => {
      const id = randomUUID();
      const person = await registered();
      const bestilling = await order(person);
      const copy = async () => ({ ...bestilling, dokumenter: [await document()] });
      expect(await send(bestilling, id)).to.equal(id);
      expect(await send(await copy(), id)).to.equal(id);
      expect(await codeOf(send({ ...(await copy()), tittel: 'Et annet' }, id))).to.equal('SVARUT_ID_USED');
      const other = { ...konto, brukernavn: 'another' };
      expect(await codeOf(world.svarut.send(other, await copy(), id))).to.equal('SVARUT_ID_USED');
      const reserved = await world.svarut.startNyForsendelse(konto);
      expect(await codeOf(world.svarut.send(other, await copy(), reserved))).to.equal('SVARUT_ID_USED');
      expect(await codeOf(send(await copy(), 'no-uuid'))).to.equal('SVARUT_CONTENT');
      await until(id, 'LEVERT_SDP');
      expect(world.lettersIn((await world.store.shipments.byId(id))?.konversasjonsId ?? '')).to.have.length(1);
    });

    it('two calls with one id at once are one letter', async () => {
      const id = randomUUID();
      const bestilling = await order(await registered());
      const second = { ...bestilling, dokumenter: [await document()] };
      expect(await Promise.all([send(bestilling, id), send(second, id)])).to.deep.equal([id, id]);
      expect((await historyOf(id)).slice(0, 5)).to.deep.equal(accepted);
      expect((await historyOf(id)).filter((line) => line === accepted[0])).to.have.length(1);
    });

    it('SECURITY 99: reads what was encrypted to this installation; what cannot be read is one error, with nothing kept', async () => {
      const content = await pdf('Hemmelig');
      const sealed = async (clear: Buffer, to = world.databehandler) =>
        octetsOf(
          encryptCms(
            (async function* () {
              yield clear;
            })(),
            clear.length,
            to,
          ),
        );
      const person = await registered({ reservasjon: true });
      const kryptert = { kryptert: true, krevNiva4Innlogging: true };
      const encrypted = async (octets: Buffer) =>
        order(person, { ...kryptert, dokumenter: [await document({}, octets)] });
      const id = await send(await encrypted(await sealed(content)));
      const stored = (await world.store.shipments.byId(id))?.forsendelse.hoveddokument.innhold;
      expect(await octetsOf(world.files.get(stored?.ref ?? ''))).to.deep.equal(content);
      await until(id, 'PRINTET');
      const files = await world.payloads();
      const wrong = parseCertificate(world.pki.identities.sender2.certificate);
      const good = await sealed(content);
      for (const octets of [
        await sealed(content, wrong),
        content,
        good.subarray(0, -1),
        await sealed(Buffer.from('no PDF')),
      ])
        expect(await codeOf(send(await encrypted(octets)))).to.equal('SVARUT_UNREADABLE');
      expect(await codeOf(send(await encrypted(await sealed(Buffer.alloc(0)))))).to.equal('SVARUT_EMPTY');
      expect(files).to.include.members([...(await world.payloads())]);
    });

    it(`takes the same letter ${limits.svarutAttempts} times in two days, and then refuses it with nothing kept`, async () => {
      const person = await registered({ reservasjon: true });
      const first = await order(person);
      const again = async () => send({ ...first, dokumenter: [await document()] });
      const ids = new Set<string>();
      for (let n = 0; n < limits.svarutAttempts; n++) ids.add(await again());
      expect(ids.size).to.equal(limits.svarutAttempts);
      const last = await document();
      expect(await codeOf(send({ ...first, dokumenter: [last] }))).to.equal('SVARUT_DUPLICATE');
      expect(await codeOf(octetsOf(world.files.get(last.innhold.ref))), 'its contents are gone').to.equal('INTERNAL');
      const elsewhere = { ...first, mottaker: { ...first.mottaker, digital: await registered({ reservasjon: true }) } };
      await send({ ...elsewhere, dokumenter: [await document()] } as typeof first);
      await world.moveCalendar(limits.svarutAttemptWindow + 60_000);
      await again();
    });

    it('finds letters by the reference of their account, newest first, and shows nothing to another', async () => {
      const eksternref = `sak ${randomUUID()}`;
      const ids: string[] = [];
      for (let n = 0; n < 2; n++) ids.unshift(await send(await order(await registered(), { eksternref })));
      expect(await world.svarut.iderForEksternRef(konto, eksternref)).to.deep.equal(ids);
      const other = { ...konto, brukernavn: 'another' };
      expect(await world.svarut.iderForEksternRef(other, eksternref)).to.deep.equal([]);
      const [id] = ids as [string];
      const { svarut } = world;
      const asked = [
        svarut.statuser(other, [id]),
        svarut.historikk(other, id),
        svarut.signeringshistorikk(other, [id]),
      ];
      expect(await Promise.all(asked.map(codeOf))).to.deep.equal(asked.map(() => 'SVARUT_UNKNOWN_ID'));
      const some = await world.svarut.statuser(konto, [randomUUID(), id, randomUUID()]);
      expect(some.map(({ forsendelsesid }) => forsendelsesid)).to.deep.equal([id]);
    });

    it('keeps a signing order and reports it', async () => {
      const dokumenter = [await document({ skalSigneres: true })];
      const signed = await send(await order(await registered(), { dokumenter, signaturtype: 'AVANSERT_SIGNATUR' }));
      const plain = await send(await order(await registered()));
      const [one, two] = await world.svarut.signeringshistorikk(konto, [signed, plain]);
      expect(one?.logg.map(({ type }) => type)).to.deep.equal(['SigneringsoppdragRegistrert']);
      expect(two).to.deep.equal({ forsendelseid: plain, logg: [] });
    });
  });
});
