import { expect } from 'chai';
import { ordrett } from '../../../src/domain/hendelsestekst.js';
import type { SvarUtBestilling } from '../../../src/domain/svarut/bestilling.js';
import { limits } from '../../../src/limits.js';
import { letter } from '../../support/letters.js';
import { memoryStore } from '../../support/memoryStore.js';
import { testTime } from '../../support/pki.js';
import { svarutOrder } from '../../support/svarutOrder.js';
import { codeOf, ola } from '../shipping.js';
import { konto, regler, svarutWorld } from './world.js';

describe('application/svarut/send', () => {
  const ready = async (...options: Parameters<typeof svarutWorld>) => {
    const world = svarutWorld(...options);
    await world.begin();
    const send = (order: SvarUtBestilling, id: string | null = null) => world.tjeneste.send(konto, order, id);
    return { ...world, send };
  };

  it('R-09: writes down who asked the register about whom, with the letter or when it is refused', async () => {
    const store = memoryStore();
    const { send, order } = await ready(store);
    const id = await send(await order());
    const refusing = await ready(store, { kanaler: [] });
    expect(await codeOf(refusing.send(await refusing.order()))).to.equal('CHANNEL_NOT_AVAILABLE');
    const [event, refused, ...more] = store.events();
    expect(more).to.deep.equal([]);
    expect(event).to.deep.include({ correlationId: id, organisasjon: konto.organisasjonsnummer, operasjon: 'SvarUt' });
    for (const one of [event, refused]) expect(one?.personer.toString()).to.contain(ola);
  });

  it('leaves a letter whose channel is not set up to be sent again, with nothing kept', async () => {
    const { send, order, payloads, store } = await ready(undefined, { kanaler: [] });
    expect(await codeOf(send(await order()))).to.equal('CHANNEL_NOT_AVAILABLE');
    expect([await store.shipments.queue(10), payloads.stored.size]).to.deep.equal([[], 0]);
  });

  it('R-45: refuses paper without an address to return to, which neither the account nor the order has', async () => {
    const { send, order, store } = await ready(undefined, { kanaler: ['UTSKRIFT'] });
    await store.unitOfWork((tx) => tx.putSvarUtKonto({ ...regler, sdp: false, returadresse: null }));
    expect(await codeOf(send(await order()))).to.equal('SVARUT_CONTENT');
    const { mottaker } = svarutOrder();
    expect(await send(await order({ svarSendesTil: { digital: null, post: mottaker?.post ?? null } }))).to.be.a(
      'string',
    );
    await store.unitOfWork((tx) => tx.putSvarUtKonto({ ...regler, sdp: false }));
    expect(await send(await order())).to.be.a('string');
  });

  it(`takes ${limits.svarutPrintableBytes} octets that may have to be printed, not one more, and more when only digital will do`, async () => {
    const { send, order } = await ready();
    for (const [size, kunDigitalLevering, code] of [
      [limits.svarutPrintableBytes - 1, false, undefined],
      [limits.svarutPrintableBytes, false, undefined],
      [limits.svarutPrintableBytes + 1, false, 'SVARUT_CONTENT'],
      [limits.svarutPrintableBytes + 1, true, undefined],
    ] as const) {
      const letter = await order({ kunDigitalLevering });
      const [document] = letter.dokumenter;
      if (document === undefined) throw new Error('a document');
      const dokumenter = [{ ...document, innhold: { ...document.innhold, size } }];
      const outcome = await codeOf(send({ ...letter, dokumenter }));
      expect(outcome === 'SVARUT_CONTENT' ? outcome : undefined, String(size)).to.equal(code);
    }
  });

  it('the window of attempts begins anew at each, and ends two days after the last', async () => {
    const { send, order, at } = await ready();
    const first = await order();
    const again = async () => send({ ...first, dokumenter: (await order()).dokumenter });
    for (let n = 0; n < limits.svarutAttempts; n++) await again();
    expect(await codeOf(again())).to.equal('SVARUT_DUPLICATE');
    const refused = testTime.getTime();
    at(new Date(refused + limits.svarutAttemptWindow));
    expect(await codeOf(again())).to.equal('SVARUT_DUPLICATE');
    at(new Date(refused + 2 * limits.svarutAttemptWindow + 1));
    expect(await again()).to.match(/^[0-9a-f-]{36}$/);
  });

  it('what counts as the same letter: sender, title, every line of the address and the files', async () => {
    const { send, order } = await ready();
    const first = await order();
    const post = first.mottaker?.post ?? null;
    const fresh = async (change: Partial<SvarUtBestilling> = {}, content?: string) => ({
      ...first,
      dokumenter: (await order({}, content)).dokumenter,
      ...change,
    });
    for (let n = 0; n < limits.svarutAttempts; n++) await send(await fresh());
    expect(await codeOf(send(await fresh()))).to.equal('SVARUT_DUPLICATE');
    const another = post && { ...post, adresse3: 'Oppgang B' };
    for (const other of [
      await fresh({ tittel: 'En annen tittel' }),
      await fresh({ mottaker: { digital: { fnr: ola }, post: another } }),
      await fresh({}, '%PDF-1.7 annet brev'),
    ])
      expect(await codeOf(send(other))).to.match(/^[0-9a-f-]{36}$/);
  });

  it('SVARUT_UNREADABLE for what says that it is PDF and is none; nothing of it is kept', async () => {
    const { send, order, payloads } = await ready();
    expect(await codeOf(send(await order({}, 'GIF89a')))).to.equal('SVARUT_UNREADABLE');
    expect(payloads.stored.size).to.equal(0);
  });

  it('knows no organisation that is not registered', async () => {
    const { order, tjeneste } = await ready();
    const stranger = { brukernavn: 'arkiv', organisasjonsnummer: '310000051' };
    expect(await codeOf(tjeneste.send(stranger, await order(), null))).to.equal('NO_ACCESS');
  });

  it(`answers about ${limits.svarutIder} letters and ${limits.svarutSigneringsider} signatures at once, and not about one more`, async () => {
    const { tjeneste, send, order } = await ready();
    const id = await send(await order());
    const times = (n: number): string[] => Array.from({ length: n }, () => id);
    for (const [most, ask] of [
      [limits.svarutIder, (ider: string[]) => tjeneste.statuser(konto, ider)],
      [limits.svarutSigneringsider, (ider: string[]) => tjeneste.signeringshistorikk(konto, ider)],
    ] as const) {
      for (const n of [most - 1, most]) expect(await ask(times(n))).to.have.length(n);
      expect(await codeOf(ask(times(most + 1)))).to.equal('SVARUT_CONTENT');
    }
  });

  it(`keeps ${limits.svarutWords} characters of what a caller calls its system, and no mark of ours in them`, async () => {
    const { tjeneste, send, order } = await ready();
    for (const [length, kept] of [
      [limits.svarutWords - 1, limits.svarutWords - 1],
      [limits.svarutWords, limits.svarutWords],
      [limits.svarutWords + 1, limits.svarutWords],
    ] as const) {
      const id = await send(await order());
      const navnPaEksterntSystem = 'x'.repeat(length);
      await tjeneste.settLest(konto, {
        forsendelsesid: id,
        lestAvFodselsnummer: null,
        navnPaEksterntSystem,
        datoLest: null,
      });
      const last = (await tjeneste.historikk(konto, id)).at(-1)?.hendelse ?? '';
      expect(/'(x+)'$/.exec(last)?.[1]).to.have.length(kept);
    }
    const id = await send(await order());
    const read = { forsendelsesid: id, navnPaEksterntSystem: '{mottaker} 01018012345', datoLest: null };
    await tjeneste.settLest(konto, { ...read, lestAvFodselsnummer: ola });
    await tjeneste.settLest(konto, { ...read, lestAvFodselsnummer: '15819010029' });
    const [first, second] = (await tjeneste.historikk(konto, id)).slice(-2).map(({ hendelse }) => hendelse);
    expect(first).to.match(new RegExp(` av ${ola} hos avsender EN i systemet 'mottaker …'$`));
    expect(second).to.match(/^Lest eksternt \d+\. \w+ \d{4} hos avsender EN i systemet/);
  });

  it('the id of a letter that came another way is in use, and SvarUt knows no such letter', async () => {
    const { send, order, store, tjeneste } = await ready();
    const there = letter();
    const accepted = { type: 'MOTTATT', tid: testTime, kode: null, tekst: ordrett('Accepted') } as const;
    await store.unitOfWork((tx) => tx.insertShipment(there, accepted, null));
    expect(await codeOf(send(await order(), there.id))).to.equal('SVARUT_ID_USED');
    expect(await codeOf(tjeneste.historikk(konto, there.id))).to.equal('SVARUT_UNKNOWN_ID');
  });
});
