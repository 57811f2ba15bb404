import { expect } from 'chai';
import { explainLetter } from '../../src/client/forsendelse.js';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import type { Avsenderpolicy } from '../../src/domain/forsendelse.js';
import { addMonths } from '../../src/domain/oslo.js';
import type { Person } from '../../src/domain/person.js';
import { identities } from '../../src/sandbox/pki/identities.js';
import { signingKey } from '../../src/security/sign.js';
import { signedEnvelope } from '../../src/security/signAnswer.js';
import { contentType } from '../../src/soap/names.js';
import { postRaw } from '../support/caller.js';
import { brev, postadresse, resident, sendBrev, sender, serviceAt } from '../support/forsendelser.js';
import { startSending, type SendingWorld } from '../support/sending.js';
import { steps } from '../support/sendingSteps.js';
import { eachStore } from '../support/stores.js';

const { digipost, eboks, utskrift } = identities;
const none = { mobiltelefonnummer: null, epostadresse: null };
const at = (leverandoer: string) => ({ postkasseadresse: 'kari#1', postkasseleverandoerAdresse: leverandoer });
const punkt = (verdi: string, monthsAgo: number) => ({
  verdi,
  sistOppdatert: addMonths(new Date(), -monthsAgo),
  sistVerifisert: null,
});
const stale = { mobiltelefonnummer: punkt('+4799990000', 19), epostadresse: punkt('kari@example.com', 20) };
const without = { postkasse: null };

const paper = `LEVERT UTSKRIFT ${utskrift.organisasjonsnummer}`;
const mailbox = `LEVERT POSTKASSE ${digipost.organisasjonsnummer}`;

/** A person the register has (or undefined: has not), what is changed about a letter to it, and what the body wants without a mailbox. */
interface Given {
  readonly person?: Partial<Person> | undefined;
  readonly letter?: Partial<BrevInn>;
  readonly utenPostkasse?: Avsenderpolicy['utenPostkasse'];
}

/** Each row of table K: [row and facts, facts, where the letter ends or why it is refused, the rule that chose]. */
const rows: readonly (readonly [string, Given, string, string])[] = [
  ['K2: given a business', { letter: to(identities.sender2.organisasjonsnummer) }, 'P-2002', 'R-48'],
  ['K3: given an address and no number', { letter: to(null) }, paper, 'R-44'],
  ['K4: given a person who is deleted', { person: { status: 'SLETTET' } }, paper, 'R-05'],
  ['K4: given a person whom the register does not know', { person: undefined }, paper, 'R-05'],
  ['K5: given reservation and a decision', { person: { reservasjon: true } }, paper, 'R-12'],
  [
    'K5 passed: given reservation and information',
    { person: { reservasjon: true }, letter: { klasse: 'INFO' } },
    mailbox,
    'R-25, R-29',
  ],
  ['K6: given no contact and a decision', { person: none }, paper, 'R-02'],
  ['K6: given stale contact and a decision', { person: stale }, paper, 'R-03'],
  [
    'K6 passed: given stale contact and information',
    { person: stale, letter: { klasse: 'INFO' } },
    mailbox,
    'R-25, R-29',
  ],
  ['K6 passed: given one fresh contact', { person: { epostadresse: stale.epostadresse } }, mailbox, 'R-25, R-29'],
  ['K7: given a mailbox at Digipost', { person: {} }, mailbox, 'R-25, R-29'],
  [
    'K7: given a mailbox at e-Boks',
    { person: { postkasse: at(eboks.organisasjonsnummer) } },
    `LEVERT POSTKASSE ${eboks.organisasjonsnummer}`,
    'R-25, R-29',
  ],
  ['K7 passed: given a mailbox at nobody we know', { person: { postkasse: at('310000027') } }, paper, 'R-43'],
  ['K8: given no mailbox and policy ALTINN', { person: without, utenPostkasse: 'ALTINN' }, 'P-2002', 'R-53'],
  ['K8 passed: given a mailbox and policy ALTINN', { person: {}, utenPostkasse: 'ALTINN' }, mailbox, 'R-25, R-29'],
  ['K9: given no mailbox and policy PORTAL', { person: without, utenPostkasse: 'PORTAL' }, 'OVERLATT PORTAL', 'R-14'],
  ['K10: given no mailbox and policy UTSKRIFT', { person: without, utenPostkasse: 'UTSKRIFT' }, paper, 'R-43'],
  ['K10: given no mailbox, digital only', { person: without, letter: { kunDigitalt: true } }, 'P-2003', 'R-43'],
];

function to(id: string | null): Partial<BrevInn> {
  return { mottaker: { id, postadresse } };
}

describe('table K: where a letter goes', function () {
  this.timeout(60_000);
  eachStore((database) => {
    let world: SendingWorld;
    before(async () => {
      world = await startSending(database.url());
    });
    after(() => world.stop());

    const setPolicy = (utenPostkasse: Avsenderpolicy['utenPostkasse']): Promise<void> =>
      world.registerSenders(async (tx) => {
        const validity = { fra: new Date('2014-11-19T00:00:00Z'), til: null };
        const avsenderpolicy = { utenPostkasse, egenVarsling: false };
        const navn = identities.sender.organisasjon;
        await tx.putOrganisation({
          organisasjonsnummer: sender,
          navn,
          tillatUsignertPaaVegneAv: false,
          avsenderpolicy,
          ...validity,
        });
      });

    async function letterOf({ person, letter, utenPostkasse = 'UTSKRIFT' }: Given): Promise<BrevInn> {
      await setPolicy(utenPostkasse);
      const row = resident(person);
      if (person !== undefined) await world.store.unitOfWork((tx) => tx.upsertPersons([row]));
      return brev('digipost', { mottaker: { id: row.personidentifikator, postadresse }, ...letter });
    }

    for (const [what, given, end, rule] of rows) {
      it(`${what}, when a letter is sent, then ${end}, by ${rule}`, async () => {
        const letter = await letterOf(given);
        const [forklaring] = await explainLetter(serviceAt(world.url), {
          mottakere: [letter.mottaker],
          bestilling: letter,
        });
        const hit = forklaring?.beslutning.regler.find(({ traff }) => traff);
        expect(hit?.regel).to.equal(rule);
        for (const language of ['nb', 'en'] as const) {
          expect(hit?.tekst[language]).to.match(/^[A-ZÆØÅ].+\.$/);
          expect(forklaring?.beslutning.tekst[language]).to.contain(hit?.tekst[language]);
        }
        const svar = await sendBrev(world.url, letter);
        if (end.startsWith('P-')) {
          expect([svar.status, svar.text]).to.satisfy(() => svar.status === 500 && svar.text.includes(`[${end}]`));
          expect(await world.store.shipments.byRef(sender, letter.eksternRef)).to.equal(undefined);
          return;
        }
        expect(svar.status, svar.text).to.equal(200);
        const [tilstand = ''] = end.split(' ');
        const stand = await world.until(letter.eksternRef, (s) => [tilstand, 'FEILET'].includes(s.tilstand));
        expect([stand.tilstand, stand.kanal, stand.leverandoer].join(' ').trim()).to.equal(end);
        // What was decided is kept as it was said.
        const { beslutning } = await world.stored(letter.eksternRef);
        expect(beslutning.spor.find(({ traff }) => traff)).to.deep.equal(hit);
      });
    }

    const refused: readonly (readonly [
      string,
      string,
      (letter: BrevInn) => Promise<{ status: number; text: string }>,
    ])[] = [
      [
        'a number of 11 digits that is nobody’s',
        '[P-2001]',
        (letter) => sendBrev(world.url, { ...letter, mottaker: { id: '15819010061', postadresse } }),
      ],
      [
        'a number of 9 digits that is nobody’s',
        '[P-2001]',
        (letter) => sendBrev(world.url, { ...letter, mottaker: { id: '310000028', postadresse } }),
      ],
      [
        'a number of 10 digits, neither a person’s nor a business’s (R-56)',
        '[P-2001]',
        (letter) => sendBrev(world.url, { ...letter, mottaker: { id: '1581901006', postadresse } }),
      ],
      [
        'a letter that is not as the contract says',
        'Invalid request: tittel ',
        (letter) => sendBrev(world.url, { ...letter, tittel: '' }),
      ],
      [
        'a signature that another made',
        'A security error',
        (letter) => signedBy(letter, world.pki.identities.sender2.privateKey),
      ],
    ];
    const signedBy = async (letter: BrevInn, privateKey: SendingWorld['pki']['identities']['sender']['privateKey']) => {
      const key = signingKey(privateKey, world.pki.identities.sender.certificate);
      const envelope = await signedEnvelope(encodeSendForsendelse(letter), '1.2', key, new Date());
      return postRaw(world.url, envelope, { 'Content-Type': contentType['1.2'] });
    };
    for (const [what, words, send] of refused) {
      it(`K1: given ${what}, when it is sent, then it is refused, by R-10, R-54, and nothing is kept`, async () => {
        const letter = await letterOf({ person: {} });
        const files = await world.payloads();
        const { status, text } = await send(letter);
        expect(status).to.equal(500);
        expect(text).to.contain(words);
        await steps(() => world).expectNothingKept(letter, files);
      });
    }

    it('K1 passed: given a signature of its own, when a letter is sent, then it is taken', async () => {
      const letter = await letterOf({ person: {} });
      const { status, text } = await signedBy(letter, world.pki.identities.sender.privateKey);
      expect(status, text).to.equal(200);
      await world.until(letter.eksternRef, (s) => s.tilstand === 'LEVERT');
    });
  });
});
