import { expect } from 'chai';
import { hendelser, tilstander, type Hendelsestype, type Tilstand } from '../../src/domain/shipment.js';
import { frigir, meldtUtenfra, transition } from '../../src/domain/transitions.js';

/** Where each event leads from each state: `=` changes nothing, `-` cannot happen. */
const grid = `
                MOTTATT       SENDT         I_PRODUKSJON  LEVERT     AAPNET  RETURNERT  TRUKKET  OVERLATT  VARSLET  FEILET
MOTTATT         -             -             -             -          -       -          -        -         -        -
FORSOEK_UTSATT  =             -             =             =          =       =          -        -         =        MOTTATT
SENDT           SENDT         =             =             =          =       =          -        -         =        SENDT
MOTTAK          I_PRODUKSJON  I_PRODUKSJON  =             =          =       =          =        =         =        =
LEVERING        LEVERT        LEVERT        LEVERT        =          =       =          =        =         LEVERT   =
VARSLINGFEILET  =             =             =             =          =       =          =        =         =        =
AAPNING         AAPNET        AAPNET        AAPNET        AAPNET     =       =          =        =         AAPNET   =
RETURPOST       RETURNERT     RETURNERT     RETURNERT     RETURNERT  =       =          =        =         =        =
FEIL            FEILET        FEILET        FEILET        =          =       =          =        =         =        =
NYTT_OPPSLAG    =             MOTTATT       -             -          -       -          -        MOTTATT   MOTTATT  MOTTATT
TRUKKET         TRUKKET       -             -             -          -       -          -        -         -        -
OVERLATT        OVERLATT      -             -             -          -       -          -        -         -        OVERLATT
OPPGITT         FEILET        -             =             =          =       =          -        -         =        =
VARSLET         VARSLET       VARSLET       -             -          -       -          -        -         =        -
LESEFRIST       -             -             -             -          -       -          -        -         LEVERT   -
LEST_EKSTERNT   AAPNET        AAPNET        AAPNET        AAPNET     =       AAPNET     AAPNET   AAPNET    AAPNET   AAPNET
MOTTAK_FEILET   -             =             -             -          -       -          -        -         -        -
STANSET         TRUKKET       TRUKKET       TRUKKET       -          -       -          -        -         TRUKKET  TRUKKET
`;

const [head, ...lines] = grid
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const states = head as Tilstand[];
const after = (events: readonly Hendelsestype[], from: Tilstand = 'MOTTATT'): Tilstand =>
  events.reduce<Tilstand>((state, event) => transition(state, event) ?? state, from);

describe('domain/transitions', () => {
  it('has a grid of every state and every event', () => {
    expect(states).to.deep.equal([...tilstander]);
    expect(lines.map(([event]) => event)).to.deep.equal([...hendelser]);
  });

  for (const [event, ...cells] of lines)
    states.forEach((state, i) => {
      const cell = cells[i];
      const expected = cell === '-' ? undefined : cell === '=' ? state : cell;
      it(`${event} in ${state} → ${expected ?? 'cannot happen'}`, () =>
        expect(transition(state, event as Hendelsestype)).to.equal(expected));
    });

  const ended: readonly Tilstand[] = ['LEVERT', 'AAPNET', 'RETURNERT', 'TRUKKET'];
  for (const state of tilstander)
    it(`what a letter holds is ${ended.includes(state) ? 'not needed' : 'needed'} any more in ${state}, unless it was refused`, () => {
      for (const event of hendelser) {
        const expected = ended.includes(state) || (state === 'FEILET' && event === 'FEIL');
        expect(frigir(state, event), event).to.equal(expected);
      }
    });

  it('R-39: taken over is not delivered, delivered is not opened', () => {
    expect(after(['SENDT'])).to.equal('SENDT');
    expect(after(['SENDT', 'MOTTAK'])).to.equal('I_PRODUKSJON');
    expect(after(['SENDT', 'MOTTAK', 'LEVERING'])).to.equal('LEVERT');
    expect(after(['SENDT', 'LEVERING', 'AAPNING'])).to.equal('AAPNET');
  });

  it('R-39: receipts that arrive in any order, and faster than the answer to the push, end alike', () => {
    const orders = <T>(items: readonly T[]): T[][] =>
      items.length < 2
        ? [[...items]]
        : items.flatMap((item, i) => orders(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
    for (const events of orders(['SENDT', 'LEVERING', 'AAPNING', 'VARSLINGFEILET'] as const))
      expect(after(events), events.join()).to.equal('AAPNET');
    for (const events of orders(['SENDT', 'MOTTAK', 'LEVERING', 'RETURPOST'] as const))
      expect(after(events), events.join()).to.equal('RETURNERT');
  });

  it('R-39: a receipt is recorded in every state, however late', () => {
    for (const state of tilstander)
      for (const receipt of meldtUtenfra)
        expect(transition(state, receipt), `${receipt} in ${state}`).to.be.a('string');
  });

  it('R-46: paper comes back after it was posted', () => {
    expect(after(['SENDT', 'MOTTAK', 'LEVERING', 'RETURPOST'])).to.equal('RETURNERT');
  });

  it('changes nothing by receipts once a letter is withdrawn, handed back or given up', () => {
    for (const state of ['TRUKKET', 'OVERLATT', 'FEILET'] as const)
      expect(after([...meldtUtenfra], state)).to.equal(state);
  });

  it('R-28: a new look-up makes a letter wait again, and its second push counts', () => {
    expect(after(['SENDT', 'NYTT_OPPSLAG'])).to.equal('MOTTATT');
    expect(after(['SENDT', 'NYTT_OPPSLAG', 'SENDT', 'LEVERING'])).to.equal('LEVERT');
    expect(after(['SENDT', 'NYTT_OPPSLAG', 'SENDT', 'FEIL'])).to.equal('FEILET');
  });
});
