import { expect } from 'chai';
import { sendForsendelse } from '../../src/application/sendForsendelse.js';
import type { Brev } from '../../src/application/sendForsendelse.js';
import { numbers, person } from './lookups.js';
import { byPassword, bySignature, codeOf, ola, other, shipping } from './shipping.js';
import { testTime } from '../support/pki.js';

const address = { navn: 'Ola', adresselinjer: ['Storgata 1'], postnummer: '0155', poststed: 'OSLO' };

describe('application/sendForsendelse', () => {
  it('R-39, R-41: stores a letter with its decision, its job and its first event, and answers with them', async () => {
    const { deps, memory, letter } = shipping();
    const answer = await sendForsendelse(deps)(byPassword(), await letter());
    const { shipments, jobs, audit } = memory.state();
    const shipment = shipments.get(answer.id);
    expect(shipment).to.deep.include({ tilstand: 'MOTTATT', beslutning: answer.beslutning, mottatt: answer.mottatt });
    expect(shipment?.forsendelse).to.include({ avsender: numbers.sender, databehandler: numbers.sender });
    expect(answer.beslutning).to.include({ utfall: 'SEND', kanal: 'POSTKASSE', leverandoer: '984661185' });
    expect(jobs.get(answer.id)?.neste).to.equal(answer.mottatt.getTime());
    expect((await memory.shipments.events(answer.id)).map((e) => e.type)).to.deep.equal(['MOTTATT']);
    expect(answer.tekst.en).to.match(/digital mailbox/);
    expect(audit).to.have.length(1);
    expect(audit[0]).to.include({ operasjon: 'SendForsendelse', organisasjon: numbers.sender });
    expect(audit[0]?.personer.toString()).to.equal(ola.padEnd(16, '.'));
  });

  it('writes no national id into events and words', async () => {
    const { deps, memory, letter } = shipping();
    const { id, tekst } = await sendForsendelse(deps)(byPassword(), await letter());
    expect(JSON.stringify([tekst, await memory.shipments.events(id)])).not.to.contain(ola);
  });

  it('answers the same call with the stored answer, asks nobody again, and keeps one copy of the contents', async () => {
    const { deps, memory, payloads, asked, letter } = shipping();
    const send = sendForsendelse(deps);
    const first = await send(byPassword(), await letter());
    const second = await send(byPassword(), await letter());
    expect(second).to.deep.equal(first);
    expect([memory.state().shipments.size, payloads.stored.size, asked.length]).to.deep.equal([1, 1, 1]);
    expect([...payloads.stored.keys()]).to.deep.equal([
      memory.state().shipments.get(first.id)?.forsendelse.hoveddokument.innhold.ref,
    ]);
  });

  it('makes one letter of the same call many times at once', async () => {
    const { deps, memory, payloads, letter } = shipping();
    const letters = await Promise.all(Array.from({ length: 8 }, () => letter()));
    const answers = await Promise.all(letters.map((l) => sendForsendelse(deps)(byPassword(), l)));
    expect(new Set(answers.map((a) => a.id)).size).to.equal(1);
    expect([memory.state().shipments.size, payloads.stored.size]).to.deep.equal([1, 1]);
  });

  it('answers the same signed request again', async () => {
    const { deps, letter } = shipping();
    const caller = bySignature();
    const first = await sendForsendelse(deps)(caller, await letter());
    expect(await sendForsendelse(deps)(caller, await letter())).to.deep.equal(first);
  });

  const differences: Readonly<Record<string, Partial<Brev>>> = {
    title: { tittel: 'Noe annet' },
    recipient: { mottaker: { id: ola, postadresse: address } },
    class: { klasse: 'INFO' },
    virkningstidspunkt: { virkningstidspunkt: new Date('2026-04-01T00:00:00Z') },
    'opening receipt': { aapningskvittering: { begrunnelse: 'b' } },
    'cost code': { kostnadskode: 'K' },
  };
  for (const [what, changes] of Object.entries(differences)) {
    it(`F15: refuses the same reference with another ${what}`, async () => {
      const { deps, memory, payloads, letter } = shipping();
      await sendForsendelse(deps)(byPassword(), await letter());
      expect(await codeOf(sendForsendelse(deps)(byPassword(), await letter(changes)))).to.equal('EKSTERN_REF_USED');
      expect([memory.state().shipments.size, payloads.stored.size]).to.deep.equal([1, 1]);
    });
  }

  it('refuses the same reference with another document, and when both come at once', async () => {
    const { deps, payloads, letter } = shipping();
    const letters = [await letter({}, 'one'), await letter({}, 'two')];
    const outcomes = await Promise.all(letters.map((l) => codeOf(sendForsendelse(deps)(byPassword(), l))));
    expect(outcomes.filter((o) => o === 'EKSTERN_REF_USED')).to.have.length(1);
    expect(payloads.stored.size).to.equal(1);
  });

  it('F17: compares references octet by octet, within one sender', async () => {
    const { deps, memory, letter } = shipping();
    for (const eksternRef of ['sak-1', 'SAK-1', 'sak-1 ', 'sa\u030ak', 's\u00e5k']) {
      await sendForsendelse(deps)(byPassword(), await letter({ eksternRef }));
    }
    await sendForsendelse(deps)(byPassword({ organisasjon: other }), await letter());
    expect(memory.state().shipments.size).to.equal(6);
  });

  it('F16, R-42: a supplier sends for a body that has delegated to it, and the same letter is the same whoever brings it', async () => {
    const { deps, memory, askedFor, letter } = shipping();
    const supplier = byPassword({ organisasjon: numbers.supplier, avsender: numbers.sender });
    const first = await sendForsendelse(deps)(supplier, await letter());
    expect(memory.state().shipments.get(first.id)?.forsendelse).to.include({
      avsender: numbers.sender,
      databehandler: numbers.supplier,
    });
    expect(askedFor).to.deep.equal([numbers.sender]);
    expect((await sendForsendelse(deps)(byPassword(), await letter())).id).to.equal(first.id);
  });

  for (const [what, caller] of Object.entries({
    'a body without the right': byPassword({ organisasjon: numbers.stranger }),
    'a body that acts for another without a delegation': byPassword({ organisasjon: other, avsender: numbers.sender }),
  })) {
    it(`R-42: refuses ${what}, and removes its contents`, async () => {
      const { deps, payloads, asked, letter } = shipping();
      expect(await codeOf(sendForsendelse(deps)(caller, await letter()))).to.equal('NO_ACCESS');
      expect([payloads.stored.size, asked.length]).to.deep.equal([0, 0]);
    });
  }

  it('refuses a signature by a certificate that is not registered', async () => {
    const { deps, letter } = shipping();
    const sertifikater = [
      { organisasjonsnummer: numbers.sender, fingeravtrykk: 'cd'.repeat(32), pem: '', fra: new Date(0), til: null },
    ];
    const strict = { ...deps, senders: () => ({ ...deps.senders(), sertifikater }) };
    expect(await codeOf(sendForsendelse(strict)(bySignature(), await letter()))).to.equal('INVALID_SECURITY_TOKEN');
    expect(await sendForsendelse(strict)(byPassword(), await letter())).to.have.property('id');
  });

  const reserved = [person(ola, { reservasjon: true })];
  const refused: readonly (readonly [code: string, rule: string, changes: Partial<Brev>])[] = [
    ['POSTAL_ADDRESS_REQUIRED', 'R-44', {}],
    ['ONLY_DIGITAL', 'R-43', { kunDigitalt: true, mottaker: { id: ola, postadresse: address } }],
    ['INVALID_RECIPIENT', 'R-54', { mottaker: { id: '23863814830', postadresse: null } }],
  ];
  for (const [code, rule, changes] of refused) {
    it(`${rule}: a letter that the rules refuse is ${code}, and leaves nothing behind`, async () => {
      const { deps, memory, payloads, letter } = shipping({ persons: reserved });
      expect(await codeOf(sendForsendelse(deps)(byPassword(), await letter(changes)))).to.equal(code);
      expect([memory.state().shipments.size, memory.state().jobs.size, payloads.stored.size]).to.deep.equal([0, 0, 0]);
    });
  }

  it('writes down the look-up of a refused letter, for the refusal tells of the recipient', async () => {
    const { deps, memory, letter } = shipping({ persons: reserved });
    await codeOf(sendForsendelse(deps)(byPassword(), await letter()));
    expect(memory.state().audit.map((e) => e.operasjon)).to.deep.equal(['SendForsendelse']);
  });

  it('R-44: a register that fails is no answer: nothing is stored and nothing is printed', async () => {
    const { deps, memory, payloads, letter } = shipping({ registerFails: true });
    const sent = sendForsendelse(deps)(byPassword(), await letter({ mottaker: { id: ola, postadresse: address } }));
    expect(await codeOf(sent)).to.equal('UNAVAILABLE');
    expect([memory.state().shipments.size, payloads.stored.size]).to.deep.equal([0, 0]);
  });

  it('R-14: a letter for the portal is handed back at once, without a job', async () => {
    const persons = [person(ola, { postkasse: null })];
    const { deps, memory, letter } = shipping({
      persons,
      grunnlag: { policy: { utenPostkasse: 'PORTAL', egenVarsling: false } },
    });
    const { id } = await sendForsendelse(deps)(byPassword(), await letter());
    expect(memory.state().shipments.get(id)?.tilstand).to.equal('OVERLATT');
    expect(memory.state().jobs.size).to.equal(0);
    expect((await memory.shipments.events(id)).map((e) => e.type)).to.deep.equal(['MOTTATT', 'OVERLATT']);
    expect([...memory.state().payloads.values()]).to.deep.equal([{ shipmentId: id, ledig: testTime.getTime() }]);
  });

  it('R-15: print waits for virkningstidspunkt', async () => {
    const { deps, memory, letter } = shipping({ persons: reserved });
    const virkningstidspunkt = new Date('2026-04-01T00:00:00Z');
    const changes = { virkningstidspunkt, mottaker: { id: ola, postadresse: address } };
    const { id } = await sendForsendelse(deps)(byPassword(), await letter(changes));
    expect(memory.state().jobs.get(id)?.neste).to.equal(virkningstidspunkt.getTime());
  });

  it('keeps the contents when it is not known whether the commit was done', async () => {
    const { deps, payloads, letter } = shipping();
    const lost = new Error('connection lost');
    const unitOfWork: typeof deps.unitOfWork = async (work) => {
      await deps.unitOfWork(work);
      throw lost;
    };
    expect(await codeOf(sendForsendelse({ ...deps, unitOfWork })(byPassword(), await letter()))).to.equal(lost);
    expect(payloads.stored.size).to.equal(1);
    expect(await sendForsendelse(deps)(byPassword(), await letter())).to.have.property('id');
    expect(payloads.stored.size).to.equal(1);
  });

  it('knows its own letter when the transaction is run again after a commit', async () => {
    const { deps, payloads, letter } = shipping();
    const unitOfWork: typeof deps.unitOfWork = async (work) => {
      await deps.unitOfWork(work);
      return deps.unitOfWork(work);
    };
    const { id } = await sendForsendelse({ ...deps, unitOfWork })(byPassword(), await letter());
    expect([payloads.stored.size, (await deps.shipments.byId(id))?.id]).to.deep.equal([1, id]);
  });
});
