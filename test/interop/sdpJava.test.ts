import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { BROKER_PATH } from '../../src/http/meldingsformidler.js';
import { limits } from '../../src/limits.js';
import type { InboxLetter } from '../../src/sandbox/providers/inbox.js';
import { testpersons } from '../../src/sandbox/testpersons.js';
import { startTap } from '../support/tap.js';
import { digitalLetter, javaDocument, printLetter, type JavaLetter } from './javaLetters.js';
import { fetchReceipt, keysOf, sendLetter, startJavaDriver, thrownBy } from './javaSdp.js';
import type { JavaDriver, Kvittering } from './javaSdp.js';
import { comesAgain } from './queue.js';
import { startHouse, type House } from './sendingClients.js';
import { needs } from './support.js';

const personWith = (name: string): string => {
  const found = testpersons(new Date()).find((person) => person.navn === name);
  if (found === undefined) throw new Error(`no test person is called ${name}`);
  return found.personidentifikator;
};

const SHIPMENTS = 10;
const PATIENCE_MS = 60_000;

describe('the official Java client, unmodified, against the broker', () => {
  let house: House;
  let java: JavaDriver;
  before(needs('javaSdp'));
  before(async () => {
    house = await startHouse();
    java = startJavaDriver();
    await addSender('avsender');
  });
  after(async () => {
    await java?.stop();
    await house?.stop();
  });

  const identities = () => house.gateway.pki.identities;
  const brokerUrl = (base = house.gateway.base): string => base + BROKER_PATH;

  /** Sets a client up as its documentation says. */
  const addSender = (hvem: string, name: 'sender' | 'sender2' = 'sender', more: Readonly<Record<string, string>> = {}) =>
    java.order(hvem, 'avsender', { url: brokerUrl(), ...keysOf(identities()[name], house.gateway.pki), ...more });

  const control = async (method: 'GET' | 'POST', path: string): Promise<unknown> =>
    (await fetch(`${house.sandboxUrl}/control/${path}`, { method })).json();

  type Mpc = Readonly<Pick<JavaLetter, 'prioritet' | 'mpcId'>>;

  /**
   * Fetches receipts, each confirmed with the call that fetches the next, until `enough` says so, and confirms the last.
   * @throws Error when they have not come after a minute
   */
  async function receiptsUntil(mpc: Mpc, enough: (all: readonly Kvittering[]) => boolean): Promise<Kvittering[]> {
    const all: Kvittering[] = [];
    const end = Date.now() + PATIENCE_MS;
    let forrige: string | undefined;
    while (!enough(all)) {
      if (Date.now() > end) throw new Error(`no more receipts came: ${JSON.stringify(all, undefined, 1)}`);
      const asking = { ...mpc, ...(forrige !== undefined && { forrige }) } as Readonly<Record<string, string>>;
      const next = await fetchReceipt(java, asking);
      forrige = next?.meldingsId;
      if (next === null) await sleep(100);
      else all.push(next);
    }
    if (forrige !== undefined) await java.order('avsender', 'bekreft', { forrige });
    return all;
  }

  /** Nothing waits, and nothing comes again: every receipt has been confirmed. */
  async function isEmpty(mpc: Mpc): Promise<void> {
    expect(await fetchReceipt(java, mpc)).to.equal(null);
    const { prioritet, mpcId: id } = mpc;
    expect(await comesAgain(house.gateway, '310000019', { prioritet, id })).to.equal(false);
  }

  const count = (wanted: number) => (all: readonly Kvittering[]) => all.length >= wanted;

  /** What came of each conversation, in order. */
  const byConversation = (all: readonly Kvittering[]): Readonly<Record<string, readonly string[]>> => {
    const found: Record<string, string[]> = {};
    for (const { konversasjonsId, type } of all) (found[konversasjonsId] ??= []).push(type);
    return found;
  };
  const each = (letters: readonly JavaLetter[], types: readonly string[]) =>
    Object.fromEntries(letters.map((letter) => [letter.konversasjonsId, types]));

  async function sendAll(letters: readonly JavaLetter[]): Promise<void> {
    const results = await Promise.all(letters.map((letter) => sendLetter(java, letter)));
    expect(new Set(results.map((r) => r.meldingsId)).size).to.equal(letters.length);
    for (const { fakturerbareBytes } of results) expect(fakturerbareBytes).to.be.greaterThan(0);
  }

  for (const prioritet of ['NORMAL', 'PRIORITERT'] as const) {
    const letters = (make: () => JavaLetter): JavaLetter[] => Array.from({ length: SHIPMENTS }, make);

    it(`${SHIPMENTS} digital letters, ${prioritet}: from send to opening receipt`, async () => {
      const mpc = { prioritet, mpcId: `digital ${prioritet}` };
      const id = personWith(prioritet === 'NORMAL' ? 'digipost' : 'e-boks');
      const til = identities()[prioritet === 'NORMAL' ? 'digipost' : 'eboks'];
      const sent = letters(() => digitalLetter(til, { personidentifikator: id, varsler: true }, mpc));
      await sendAll(sent);
      const delivered = await receiptsUntil(mpc, count(SHIPMENTS));
      expect(byConversation(delivered)).to.deep.equal(each(sent, ['LeveringsKvittering']));
      const inbox = (await control('GET', `inbox/${id}`)) as readonly InboxLetter[];
      const seen = new Map(inbox.map((letter) => [letter.conversationId, letter]));
      for (const { konversasjonsId } of sent) {
        expect(seen.get(konversasjonsId)?.files.map((f) => f.name)).to.deep.equal(['brev.pdf']);
        expect(seen.get(konversasjonsId)).to.include({ from: '310000019', title: 'Svar på søknad', opened: null });
      }
      await control('POST', `open/${id}?level=4`);
      const opened = await receiptsUntil(mpc, count(SHIPMENTS));
      expect(byConversation(opened)).to.deep.equal(each(sent, ['AapningsKvittering']));
      await isEmpty(mpc);
    });

    it(`${SHIPMENTS} letters to print, ${prioritet}: received, then posted`, async () => {
      const mpc = { prioritet, mpcId: `utskrift ${prioritet}` };
      const sent = letters(() => printLetter(identities().utskrift, { utlandet: prioritet === 'NORMAL' }, mpc));
      await sendAll(sent);
      const all = await receiptsUntil(mpc, count(2 * SHIPMENTS));
      expect(byConversation(all)).to.deep.equal(each(sent, ['MottaksKvittering', 'LeveringsKvittering']));
      await isEmpty(mpc);
    });
  }

  it('the other receipts: a failed notice, returned mail and an error, in the common queue of the priority', async () => {
    const mpc = { prioritet: 'NORMAL' } as const;
    const id = personWith('digipost');
    const notice = digitalLetter(identities().digipost, {
      ...{ personidentifikator: id, tittel: 'Notice failed', varsler: true },
    });
    const returned = printLetter(
      identities().utskrift,
      { retur: 'MAKULERING_MED_MELDING' },
      { dokumenter: [javaDocument('returned mail.pdf')] },
    );
    const nobody = digitalLetter(identities().eboks, { personidentifikator: id });
    await control('POST', `switch/${id}?to=digipost`);
    await sendAll([notice, returned, nobody]);
    const all = await receiptsUntil(mpc, count(7));
    expect(byConversation(all)).to.deep.equal({
      [notice.konversasjonsId]: ['LeveringsKvittering', 'VarslingFeiletKvittering', 'VarslingFeiletKvittering'],
      [returned.konversasjonsId]: ['MottaksKvittering', 'LeveringsKvittering', 'ReturpostKvittering'],
      [nobody.konversasjonsId]: ['Feil'],
    });
    const failed = all.filter(({ type }) => type === 'VarslingFeiletKvittering');
    expect(failed.map((k) => k.varslingskanal)).to.have.members(['EPOST', 'SMS']);
    expect(all.find(({ type }) => type === 'Feil')).to.include({ feiltype: 'KLIENT' });
    await isEmpty(mpc);
  });

  it('a package with 200 attachments, and one of 20 MB', async () => {
    const mpc = { prioritet: 'PRIORITERT', mpcId: 'store' } as const;
    const many = Array.from({ length: 201 }, (_, i) => javaDocument(`dokument ${i}.pdf`));
    const id = personWith('digipost');
    const letter = (dokumenter: readonly unknown[]) =>
      digitalLetter(identities().digipost, { personidentifikator: id }, { ...mpc, dokumenter });
    const sent = [letter(many), letter([javaDocument('stor.pdf', randomBytes(20 * 1024 * 1024))])];
    await sendAll(sent);
    const all = await receiptsUntil(mpc, count(2));
    expect(byConversation(all)).to.deep.equal(each(sent, ['LeveringsKvittering']));
  });

  it('R-37: calls side by side get different receipts, and one that is confirmed does not come again', async () => {
    const mpc = { prioritet: 'NORMAL', mpcId: 'side om side' } as const;
    const sent = Array.from({ length: 3 }, () => printLetter(identities().utskrift, {}, mpc));
    await sendAll(sent);
    const all: Kvittering[] = [];
    const end = Date.now() + PATIENCE_MS;
    while (all.length < 6 && Date.now() < end) {
      const got = await Promise.all(Array.from({ length: 3 }, () => fetchReceipt(java, mpc)));
      all.push(...got.filter((k) => k !== null));
    }
    expect(all.map(({ konversasjonsId, type }) => `${konversasjonsId} ${type}`)).to.have.members(
      sent.flatMap(({ konversasjonsId: id }) => [`${id} MottaksKvittering`, `${id} LeveringsKvittering`]),
    );
    expect(await comesAgain(house.gateway, '310000019', { prioritet: mpc.prioritet, id: mpc.mpcId })).to.equal(true);
    for (const { meldingsId } of all) await java.order('avsender', 'bekreft', { forrige: meldingsId });
    await isEmpty(mpc);
  });

  describe('errors that reach its caller as EbmsException', () => {
    const refused = async (letter: JavaLetter, hvem = 'avsender') => {
      const { type, kode, beskrivelse } = await thrownBy(sendLetter(java, letter, hvem));
      expect({ type, beskrivelse }).to.have.property('type', 'EbmsException');
      return kode;
    };

    it('a provider that is not known: EBMS:0001', async () => {
      const nobody = { ...identities().digipost, organisasjonsnummer: '310000043' };
      expect(await refused(digitalLetter(nobody))).to.equal('EBMS:0001');
    });

    it('a large package for a provider that is not known: refused before it has been read, and the client reads why', async () => {
      const nobody = { ...identities().digipost, organisasjonsnummer: '310000043' };
      const dokumenter = [javaDocument('stor.pdf', randomBytes(25 * 1024 * 1024))];
      expect(await refused(digitalLetter(nobody, {}, { dokumenter }))).to.equal('EBMS:0001');
    });

    it('a package of more than 30 MB: EBMS:0011', async () => {
      const dokumenter = [javaDocument('for stor.pdf', randomBytes(limits.brokerPackageBytes))];
      expect(await refused(digitalLetter(identities().digipost, {}, { dokumenter }))).to.equal('EBMS:0011');
    });

    it('a key of another than says that it sends: EBMS:0003', async () => {
      await addSender('forkledd', 'sender2', { organisasjonsnummer: '310000019' });
      expect(await refused(digitalLetter(identities().digipost), 'forkledd')).to.equal('EBMS:0003');
    });

    it('a package that was altered on its way: EBMS:0101', async () => {
      const tap = await startTap(() => house.gateway.base);
      try {
        tap.change = (octets, direction) => {
          const at = octets.indexOf('application/cms\r\n') + 300;
          if (direction === 'request') octets[at] = (octets[at] as number) ^ 1;
          return octets;
        };
        await addSender('avlyttet', 'sender', { url: brokerUrl(tap.url) });
        expect(await refused(printLetter(identities().utskrift), 'avlyttet')).to.equal('EBMS:0101');
      } finally {
        await tap.stop();
      }
    });

    it('a sender that may not use the broker, which calls it by an address that ends in a slash', async () => {
      await addSender('ukjent', 'sender2', { url: `${brokerUrl()}/` });
      const letter = digitalLetter(identities().digipost, {}, { avsender: '310000027' });
      expect(await refused(letter, 'ukjent')).to.equal('EBMS:0101');
      const { type } = await thrownBy(fetchReceipt(java, { prioritet: 'NORMAL' }, 'ukjent'));
      expect(type).to.equal('EbmsException');
    });
  });

  it('sdp-api-client as a provider: each kind of receipt is taken by us, and comes to the sender in its turn', async () => {
    const { organisasjonsnummer } = identities().meldingsformidler;
    const keys = keysOf(identities().digipost, house.gateway.pki);
    await java.order('postkasse', 'postkasse', { url: brokerUrl(), ...keys, meldingsformidler: organisasjonsnummer });
    const mpc = { prioritet: 'PRIORITERT', mpcId: 'fra postkassen' } as const;
    const letter = digitalLetter(identities().digipost, { personidentifikator: personWith('digipost') }, mpc);
    await sendAll([letter]);
    await receiptsUntil(mpc, count(1));
    const { konversasjonsId, prioritet } = letter;
    for (const kind of ['mottak', 'levering', 'aapning', 'varslingfeilet', 'returpost', 'feil']) {
      await java.order('postkasse', kind, { prioritet, konversasjonsId, mottaker: '310000019' });
    }
    const all = await receiptsUntil(mpc, count(6));
    expect(byConversation(all)).to.deep.equal(
      each(
        [letter],
        [
          ...['MottaksKvittering', 'LeveringsKvittering', 'AapningsKvittering'],
          ...['VarslingFeiletKvittering', 'ReturpostKvittering', 'Feil'],
        ],
      ),
    );
    const about = { prioritet, konversasjonsId: randomUUID(), mottaker: '310000108' };
    expect((await thrownBy(java.order('postkasse', 'levering', about))).kode).to.equal('EBMS:0003');
  });
});
