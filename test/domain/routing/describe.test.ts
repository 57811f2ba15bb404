import { expect } from 'chai';
import { decide } from '../../../src/domain/routing/decide.js';
import { describe as explain } from '../../../src/domain/routing/describe.js';
import type { Fakta } from '../../../src/domain/routing/facts.js';
import * as f from './fakta.js';

const without = f.about({ postkasse: null });
const both = (fakta: Fakta) => {
  const { virkningstidspunkt } = fakta.forsendelse;
  const b = decide(fakta);
  return { nb: explain(b, 'nb', virkningstidspunkt), en: explain(b, 'en', virkningstidspunkt) };
};

describe('domain/routing/describe', () => {
  it('a mailbox letter that becomes visible later', () => {
    const told = both(f.order({ virkningstidspunkt: f.senere }));
    expect(told.nb).to.equal(
      'Brevet sendes til digital postkasse. Mottakeren har valgt digital postkasse hos 984661185, og brevet åpnes med innlogging på nivå 4. ' +
        'Brevet leveres med en gang og blir synlig 2. februar 2026 kl. 09.05. ' +
        'Mottakeren skal varsles på e-post og SMS 2. februar 2026, og på nytt 9. februar 2026 hvis brevet er ulest.',
    );
    expect(told.en).to.equal(
      'The letter is sent to a digital mailbox. The recipient has chosen a digital mailbox with 984661185, and the letter opens by a log-in of level 4. ' +
        'The letter is delivered at once and becomes visible on 2 February 2026 at 09:05. ' +
        'The recipient is to be notified by e-mail and SMS on 2 February 2026, and again on 9 February 2026 if the letter is unread.',
    );
  });

  it('information by one channel: one notice', () => {
    const told = both(f.order({ klasse: 'INFO' }, f.about({ epostadresse: null })));
    expect(told.nb.endsWith('med en gang. Mottakeren skal varsles på SMS 15. januar 2026.')).to.equal(true);
    expect(told.en.endsWith('at once. The recipient is to be notified by SMS on 15 January 2026.')).to.equal(true);
  });

  it('paper that waits', () => {
    const told = both(f.order({ virkningstidspunkt: f.senere }, f.about({ reservasjon: true })));
    expect(told.nb).to.equal(
      'Brevet sendes på papir. Mottakeren har reservert seg mot digital post, så et vedtak eller annet viktig brev skal på papir. ' +
        'Brevet venter til 2. februar 2026 kl. 09.05, og da avgjøres det på nytt hvor det skal.',
    );
    expect(told.en).to.equal(
      'The letter is sent on paper. The recipient has opted out of digital mail, so a decision or other important letter goes on paper. ' +
        'The letter waits until 2 February 2026 at 09:05, and then it is decided again where it goes.',
    );
  });

  it('R-48: a business where there is no Altinn', () => {
    const told = both(f.to(f.virksomhet));
    expect(told.nb).to.equal(
      'Brevet er avvist (CHANNEL_NOT_AVAILABLE). Mottakeren er en virksomhet, og virksomheter får digital post i Altinn. ' +
        'Denne installasjonen kan ikke sende brev til Altinn, og brevet går ingen annen vei, så det er avvist.',
    );
    expect(told.en).to.equal(
      'The letter is refused (CHANNEL_NOT_AVAILABLE). The recipient is a business, and businesses get digital mail in Altinn. ' +
        'This installation cannot send letters to Altinn, and the letter does not go another way, so it is refused.',
    );
  });

  it('R-17, R-21: a letter of which the gateway itself notifies, and which can be read from a Saturday on', () => {
    const saturday = f.order({ virkningstidspunkt: new Date('2026-01-31T12:00:00Z') }, without);
    const portal = f.policy({ utenPostkasse: 'PORTAL' }, saturday);
    const told = both({ ...portal, varslingskanaler: new Set(['EPOST', 'SMS']) });
    expect(told.en).to.contain('by e-mail and SMS on 2 February 2026, and again on 9 February 2026 if');
    expect(told.nb).to.contain('på e-post og SMS 2. februar 2026, og på nytt 9. februar 2026 hvis');
    expect(both(portal).en).to.contain('on 31 January 2026, and again on 7 February 2026 if');
  });

  it('R-23: a portal whose sender notifies is reminded of the repeat', () =>
    expect(both(f.policy({ utenPostkasse: 'PORTAL', egenVarsling: true }, without)).en).to.equal(
      'The letter is sent back to the sender. The sender shows letters in its own portal to persons who have chosen no digital mailbox. ' +
        'The sender notifies by itself, and has to notify once more if the recipient has not opened the letter within a week (R-17). ' +
        'The letter is handed back to the sender, who shows it in the portal and notifies the recipient.',
    ));

  it('counts days by the calendar in Oslo, over the change to summer time', () => {
    const lateEvening = new Date('2026-03-24T22:30:00Z');
    const told = explain(decide(f.order({ virkningstidspunkt: lateEvening })), 'nb', lateEvening);
    expect(told).to.contain('SMS 24. mars 2026, og på nytt 31. mars 2026');
    expect(told).to.contain('synlig 24. mars 2026 kl. 23.30');
  });

  it('names no contact point', () => {
    expect(both(f.fakta).nb).not.to.match(/kari|9999/);
    expect(both(f.fakta).en).not.to.match(/kari|9999/);
  });
});
