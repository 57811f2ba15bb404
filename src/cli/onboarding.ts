import type { Sektor } from '../domain/sender.js';

const choice =
  'Tell those you write to that digital mail is theirs to choose: a mailbox, or a reservation (R-12, R-26).';
const register =
  'Ask the contact and reservation register about each recipient of a decision (R-01); letters that Posthorn sends are.';

const items: Readonly<Record<Sektor, readonly string[]>> = {
  STAT: [
    'A state body must use digital mail, and Altinn for businesses (Digitaliseringsrundskrivet; R-48, R-63).',
    register,
    choice,
  ],
  KOMMUNE: ['The circular does not bind municipalities: digital mail is their own choice (R-52).', register, choice],
  ANNEN_OFFENTLIG: ['Whether the circular binds this body, its ministry says (R-63).', register, choice],
};

/** What a new sender has to see to, by what kind of body it is; nothing where nobody has said. */
export const onboarding = (sector: Sektor | 'PRIVAT' | undefined): readonly string[] =>
  sector === undefined || sector === 'PRIVAT' ? [] : items[sector].map((item) => `[ ] ${item}`);
