import { expect } from 'chai';
import { decide } from '../../../src/domain/routing/decide.js';
import { krav } from '../../../src/domain/routing/requirements.js';
import { reglerFor } from '../../../src/domain/routing/rules.js';
import { cases } from './cases.js';
import { fakta } from './fakta.js';

const [hit, miss] = [true, false];

/** Every sentence that a decision can be explained with in the cases of table K: [rule, did it decide, Bokmål, English]. */
const sentences: readonly (readonly [string, boolean, string, string])[] = [
  [
    'R-01',
    hit,
    'Kontakt- og reservasjonsregisteret er ikke spurt, og uten svar derfra kan ingen kanal velges.',
    'The contact and reservation register has not been asked, and without its answer no channel can be chosen.',
  ],
  [
    'R-01',
    miss,
    'Kontakt- og reservasjonsregisteret ble spurt 15. januar 2026.',
    'The contact and reservation register was asked on 15 January 2026.',
  ],
  [
    'R-02',
    hit,
    'Mottakeren har verken mobilnummer eller e-postadresse i registeret og kan ikke varsles, så brevet skal på papir.',
    'The recipient has neither mobile number nor e-mail address in the register and cannot be notified, so the letter goes on paper.',
  ],
  [
    'R-02',
    miss,
    'Mottakeren har ingen kontaktinformasjon, men et brev som bare er til informasjon, krever ikke varsel (R-13).',
    'The recipient has no contact information, but a letter that is for information only needs no notice (R-13).',
  ],
  [
    'R-02',
    miss,
    'Mottakeren har kontaktinformasjon i registeret.',
    'The recipient has contact information in the register.',
  ],
  [
    'R-03',
    hit,
    'Mottakeren kan ikke varsles, så brevet skal på papir: mobilnummeret er foreldet siden 15. desember 2025, og e-postadressen har aldri vært bekreftet.',
    'The recipient cannot be notified, so the letter goes on paper: the mobile number is stale since 15 December 2025, and the e-mail address has never been verified.',
  ],
  [
    'R-03',
    miss,
    'Mobilnummeret er foreldet siden 15. desember 2025, og e-postadressen har aldri vært bekreftet, men brevet er bare til informasjon (R-13).',
    'The mobile number is stale since 15 December 2025, and the e-mail address has never been verified, but the letter is for information only (R-13).',
  ],
  [
    'R-03',
    miss,
    'Mobilnummeret kan brukes til 15. mai 2027, og e-postadressen er foreldet siden 15. desember 2025.',
    'The mobile number may be used until 15 May 2027, and the e-mail address is stale since 15 December 2025.',
  ],
  [
    'R-03',
    miss,
    'Mobilnummeret kan brukes til 15. mai 2027, og e-postadressen kan brukes til 15. mai 2027.',
    'The mobile number may be used until 15 May 2027, and the e-mail address may be used until 15 May 2027.',
  ],
  [
    'R-03',
    miss,
    'Mobilnummeret mangler, og e-postadressen mangler, men brevet er bare til informasjon (R-13).',
    'The mobile number is missing, and the e-mail address is missing, but the letter is for information only (R-13).',
  ],
  [
    'R-05',
    hit,
    'Mottakeren er slettet i registeret, så brevet skal på papir.',
    'The recipient is deleted in the register, so the letter goes on paper.',
  ],
  [
    'R-05',
    hit,
    'Mottakeren finnes ikke i registeret, så brevet skal på papir.',
    'The recipient is not in the register, so the letter goes on paper.',
  ],
  ['R-05', miss, 'Mottakeren er ikke slettet i registeret.', 'The recipient is not deleted in the register.'],
  ['R-05', miss, 'Mottakeren finnes i registeret.', 'The recipient is in the register.'],
  [
    'R-08',
    hit,
    'Det finnes ingen utskriftsleverandør med gyldig sertifikat, så brevet er avvist.',
    'There is no print supplier with a valid certificate, so the letter is refused.',
  ],
  ['R-08', miss, 'Utskriftsleverandøren har gyldig sertifikat.', 'The print supplier has a valid certificate.'],
  [
    'R-12',
    hit,
    'Mottakeren har reservert seg mot digital post, så et vedtak eller annet viktig brev skal på papir.',
    'The recipient has opted out of digital mail, so a decision or other important letter goes on paper.',
  ],
  [
    'R-12',
    miss,
    'Mottakeren har ikke reservert seg mot digital post.',
    'The recipient has not opted out of digital mail.',
  ],
  [
    'R-12',
    miss,
    'Mottakeren har reservert seg, men reservasjonen omfatter ikke brev som bare er til informasjon (R-13).',
    'The recipient has opted out, but that does not cover letters that are for information only (R-13).',
  ],
  [
    'R-14',
    hit,
    'Avsenderen viser brev i sin egen portal til personer som ikke har valgt digital postkasse.',
    'The sender shows letters in its own portal to persons who have chosen no digital mailbox.',
  ],
  [
    'R-14',
    hit,
    'Brevet gis tilbake til avsenderen, som viser det i portalen og selv varsler mottakeren.',
    'The letter is handed back to the sender, who shows it in the portal and notifies the recipient.',
  ],
  [
    'R-14',
    miss,
    'Avsenderen viser ikke brev i en egen portal.',
    'The sender does not show letters in a portal of its own.',
  ],
  [
    'R-14',
    miss,
    'Avsenderens egen portal er bare for personer som ikke har valgt digital postkasse.',
    "The sender's own portal is for persons who have chosen no digital mailbox only.",
  ],
  ['R-15, R-35', hit, 'Brevet sendes med en gang.', 'The letter goes out at once.'],
  [
    'R-15, R-35',
    hit,
    'Brevet venter til 2. februar 2026 kl. 09.05, og da avgjøres det på nytt hvor det skal.',
    'The letter waits until 2 February 2026 at 09:05, and then it is decided again where it goes.',
  ],
  [
    'R-25, R-29',
    hit,
    'Mottakeren har valgt digital postkasse hos 984661185, og brevet åpnes med innlogging på nivå 4.',
    'The recipient has chosen a digital mailbox with 984661185, and the letter opens by a log-in of level 4.',
  ],
  [
    'R-25, R-29',
    miss,
    'Mottakeren har ikke valgt noen digital postkasse.',
    'The recipient has chosen no digital mailbox.',
  ],
  [
    'R-25, R-29',
    miss,
    'Postkassen er hos 310000027, som ikke er en kjent leverandør av postkasser.',
    'The mailbox is with 310000027, which is not a known mailbox supplier.',
  ],
  [
    'R-25, R-29',
    miss,
    'Sertifikatet til postkasseleverandøren 984661185 er ikke gyldig, så postkassen kan ikke brukes.',
    'The certificate of the mailbox supplier 984661185 is not valid, so the mailbox cannot be used.',
  ],
  [
    'R-35',
    hit,
    'Brevet leveres med en gang og blir synlig 2. februar 2026 kl. 09.05.',
    'The letter is delivered at once and becomes visible on 2 February 2026 at 09:05.',
  ],
  ['R-35', hit, 'Brevet leveres med en gang.', 'The letter is delivered at once.'],
  [
    'R-41',
    hit,
    'Denne installasjonen kan ikke sende brev til Altinn, og brevet går ingen annen vei, så det er avvist.',
    'This installation cannot send letters to Altinn, and the letter does not go another way, so it is refused.',
  ],
  [
    'R-41',
    hit,
    'Denne installasjonen kan ikke sende brev til digital postkasse, og brevet går ingen annen vei, så det er avvist.',
    'This installation cannot send letters to a digital mailbox, and the letter does not go another way, so it is refused.',
  ],
  ['R-41', miss, 'Denne installasjonen kan sende brev på papir.', 'This installation can send letters on paper.'],
  ['R-41', miss, 'Denne installasjonen kan sende brev til Altinn.', 'This installation can send letters to Altinn.'],
  [
    'R-41',
    miss,
    'Denne installasjonen kan sende brev til digital postkasse.',
    'This installation can send letters to a digital mailbox.',
  ],
  [
    'R-41',
    miss,
    'Denne installasjonen kan sende brev tilbake til avsenderen.',
    'This installation can send letters back to the sender.',
  ],
  [
    'R-43',
    hit,
    'Mottakeren har ikke valgt noen digital postkasse. Brevet skal derfor på papir.',
    'The recipient has chosen no digital mailbox. The letter therefore goes on paper.',
  ],
  [
    'R-43',
    hit,
    'Postkassen er hos 310000027, som ikke er en kjent leverandør av postkasser. Brevet skal derfor på papir.',
    'The mailbox is with 310000027, which is not a known mailbox supplier. The letter therefore goes on paper.',
  ],
  [
    'R-43',
    hit,
    'Sertifikatet til postkasseleverandøren 984661185 er ikke gyldig, så postkassen kan ikke brukes. Brevet skal derfor på papir.',
    'The certificate of the mailbox supplier 984661185 is not valid, so the mailbox cannot be used. The letter therefore goes on paper.',
  ],
  [
    'R-44',
    hit,
    'Mottakeren er oppgitt uten nummer, så brevet skal på papir.',
    'The recipient is given without a number, so the letter goes on paper.',
  ],
  [
    'R-44',
    hit,
    'Papir trenger en postadresse, og avsenderen har ikke oppgitt noen, så brevet er avvist.',
    'Paper needs a postal address, and the sender has given none, so the letter is refused.',
  ],
  ['R-44', miss, 'Avsenderen har oppgitt en postadresse.', 'The sender has given a postal address.'],
  [
    'R-45',
    hit,
    'Papir trenger en returadresse, og avsenderen har ikke oppgitt noen, så brevet er avvist.',
    'Paper needs a return address, and the sender has given none, so the letter is refused.',
  ],
  ['R-45', miss, 'Avsenderen har oppgitt en returadresse.', 'The sender has given a return address.'],
  ['R-44', miss, 'Mottakeren er oppgitt med nummer.', 'The recipient is given with a number.'],
  [
    'R-47',
    hit,
    'Avsenderen vil bare sende digitalt, så brevet er avvist.',
    'The sender wants digital delivery only, so the letter is refused.',
  ],
  ['R-47', miss, 'Avsenderen godtar papir.', 'The sender accepts paper.'],
  [
    'R-48',
    hit,
    'Mottakeren er en virksomhet, og virksomheter får digital post i Altinn.',
    'The recipient is a business, and businesses get digital mail in Altinn.',
  ],
  ['R-48', miss, 'Mottakeren er ikke en virksomhet.', 'The recipient is not a business.'],
  [
    'R-53',
    hit,
    'Avsenderen sender i Altinn til personer som ikke har valgt digital postkasse.',
    'The sender uses Altinn for persons who have chosen no digital mailbox.',
  ],
  [
    'R-53',
    miss,
    'Altinn er bare for personer som ikke har valgt digital postkasse.',
    'Altinn is for persons who have chosen no digital mailbox only.',
  ],
  [
    'R-50',
    hit,
    'Brevet er taushetsbelagt, og denne installasjonen har ingen egen ressurs i Altinn for slike brev, så det er avvist.',
    'The letter is confidential, and this installation has no resource of its own in Altinn for such letters, so it is refused.',
  ],
  [
    'R-50',
    miss,
    'Brevet er taushetsbelagt og legges i ressursen for slike brev.',
    'The letter is confidential and is put into the resource for such letters.',
  ],
  ['R-50', miss, 'Brevet er ikke taushetsbelagt.', 'The letter is not confidential.'],
  ['R-53', miss, 'Avsenderen bruker ikke Altinn for personer.', 'The sender does not use Altinn for persons.'],
  [
    'R-54',
    hit,
    'Mottakerens nummer er ikke et gyldig fødselsnummer eller D-nummer.',
    "The recipient's number is not a valid fødselsnummer or D-number.",
  ],
  [
    'R-54',
    hit,
    'Mottakerens nummer er syntetisk, og her sendes det bare til virkelige personer.',
    "The recipient's number is synthetic, and letters are sent to real persons only here.",
  ],
  [
    'R-54',
    hit,
    'Mottakerens nummer kan tilhøre en virkelig person, og her sendes det bare til syntetiske.',
    "The recipient's number may belong to a real person, and letters are sent to synthetic ones only here.",
  ],
  ['R-54', miss, 'Det kan sendes til numre i denne serien her.', 'Letters may be sent to numbers of this series here.'],
  [
    'R-54',
    miss,
    'Mottakeren er ikke oppgitt med fødselsnummer eller D-nummer.',
    'The recipient is not given with a fødselsnummer or D-number.',
  ],
  [
    'R-54',
    miss,
    'Nummeret kan være et fødselsnummer eller D-nummer.',
    'The number may be a fødselsnummer or D-number.',
  ],
  [
    'R-55',
    hit,
    'Mottakerens nummer er ikke et gyldig organisasjonsnummer.',
    "The recipient's number is not a valid organisation number.",
  ],
  [
    'R-55',
    miss,
    'Mottakeren er ikke oppgitt med organisasjonsnummer.',
    'The recipient is not given with an organisation number.',
  ],
  ['R-55', miss, 'Organisasjonsnummeret er gyldig.', 'The organisation number is valid.'],
  [
    'R-56',
    hit,
    'Mottakerens nummer har verken 11 sifre (person) eller 9 sifre (virksomhet).',
    "The recipient's number has neither 11 digits (a person) nor 9 digits (a business).",
  ],
  ['R-56', miss, 'Mottakeren er en person.', 'The recipient is a person.'],
  ['R-56', miss, 'Mottakeren er en virksomhet.', 'The recipient is a business.'],
  ['R-56', miss, 'Mottakeren er oppgitt uten nummer.', 'The recipient is given without a number.'],
  ['R-20', miss, 'Varsler om brevet kan gå på e-post.', 'Notices of the letter may go by e-mail.'],
  [
    'R-22',
    miss,
    'Ingenting er kjent om at varsler ikke når mottakeren.',
    'Nothing is known of notices that do not reach the recipient.',
  ],
  [
    'R-03',
    miss,
    'Mobilnummeret mangler, og e-postadressen kan brukes til 15. mai 2027.',
    'The mobile number is missing, and the e-mail address may be used until 15 May 2027.',
  ],
  [
    'R-20',
    hit,
    'Mottakeren kan bare varsles på e-post, og har ikke bedt om forhåndsvarsel på den måten, så brevet skal på papir.',
    'The recipient can be notified by e-mail only, and has not asked for advance notices in that way, so the letter goes on paper.',
  ],
  [
    'R-20',
    miss,
    'Et forhåndsvarsel varsles ikke på e-post når mottakeren ikke har bedt om det.',
    'An advance notice is not notified of by e-mail when the recipient has not asked for that.',
  ],
  [
    'R-22',
    hit,
    'Ingen varsler nådde mottakeren, og avsenderen vil da ha brevet på papir.',
    'No notice has reached the recipient, and the sender wants the letter on paper then.',
  ],
  [
    'R-14',
    hit,
    'Brevet gis tilbake til avsenderen, som viser det i portalen; mottakeren varsles herfra.',
    'The letter is handed back to the sender, who shows it in the portal; the recipient is notified from here.',
  ],
  [
    'R-23',
    hit,
    'Avsenderen varsler selv, og skal varsle en gang til hvis mottakeren ikke har åpnet brevet innen én uke (R-17).',
    'The sender notifies by itself, and has to notify once more if the recipient has not opened the letter within a week (R-17).',
  ],
];

const traces = cases.map(([, fakta]) => decide(fakta).spor);

describe('domain/routing: the explanations', () => {
  const said = new Set(traces.flat().map((s) => JSON.stringify([s.regel, s.traff, s.tekst.nb, s.tekst.en])));

  for (const sentence of sentences) {
    const [rule, decided, nb] = sentence;
    it(`${rule} ${decided ? 'hit' : 'miss'}: ${nb}`, () => expect(said).to.include(JSON.stringify(sentence)));
  }

  it('are all written down here', () => {
    const read = new Set(sentences.map((sentence) => JSON.stringify(sentence)));
    expect([...said].filter((sentence) => !read.has(sentence))).to.deep.equal([]);
  });

  it('say of each rule of the tables both that it hit and that it did not', () => {
    const told = (decided: boolean) => new Set(sentences.filter((s) => s[1] === decided).map((s) => s[0]));
    for (const { regel } of [...reglerFor(fakta), ...krav]) {
      expect(told(true), regel).to.include(regel);
      expect(told(false), regel).to.include(regel);
    }
  });

  it('are sentences', () => {
    for (const [, , nb, en] of sentences) {
      expect(nb).to.match(/^[A-ZÆØÅ].*\.$/);
      expect(en).to.match(/^[A-ZÆØÅ].*\.$/);
    }
  });

  it('name the paragraph where there is one', () => {
    const law = new Map(traces.flat().map((s) => [s.regel, s.lovhjemmel]));
    expect(law.get('R-12')).to.equal('eForvaltningsforskriften § 9');
    expect(law.get('R-02')).to.equal('eForvaltningsforskriften § 8');
    expect(law.get('R-03')).to.equal('eForvaltningsforskriften § 32 andre ledd');
    expect(law.get('R-48')).to.equal('Digitaliseringsrundskrivet');
    expect(law.get('R-44')).to.equal(null);
  });
});
