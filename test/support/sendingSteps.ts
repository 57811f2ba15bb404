import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { BrevInn } from '../../src/contract/forsendelse/request.js';
import { encodeSendForsendelse } from '../../src/contract/forsendelse/request.js';
import type { Person } from '../../src/domain/person.js';
import type { XmlElement, XmlNode } from '../../src/xml/model.js';
import { brev, callDoor, postadresse, resident, sendBrev, sender, type Stand } from './forsendelser.js';
import type { SendingWorld } from './sending.js';

/* What tests do in a world that sends. */

export const is =
  (...tilstander: string[]) =>
  (stand: Stand): boolean =>
    tilstander.includes(stand.tilstand);

export const types = (stand: Stand | undefined): string[] => (stand?.hendelser ?? []).map((h) => h.type);

/** A request with a member changed, or without it. */
export const change = (
  request: XmlElement,
  name: string,
  to: (member: XmlElement) => readonly XmlElement[] = () => [],
): XmlElement => ({
  ...request,
  children: request.children.flatMap((child): readonly XmlNode[] =>
    typeof child !== 'string' && 'local' in child && child.local === name ? to(child) : [child],
  ),
});

/** @param world asked at each step: it stands once the tests run */
export function steps(world: () => SendingWorld) {
  const registered = async (changes: Partial<Person> = {}): Promise<Person> => {
    const person = resident(changes);
    await world().store.unitOfWork((tx) => tx.upsertPersons([person]));
    return person;
  };
  const letterTo = ({ personidentifikator: id }: Person, changes: Partial<BrevInn> = {}): BrevInn =>
    brev('digipost', { mottaker: { id, postadresse }, ...changes });
  const accepted = async (letter: BrevInn): Promise<string> => {
    const svar = await sendBrev(world().url, letter);
    expect(svar.status, svar.text).to.equal(200);
    return letter.eksternRef;
  };
  const delivered = async (letter: BrevInn): Promise<Stand> => {
    const ref = await accepted(letter);
    return world().until(ref, is('LEVERT', 'FEILET'));
  };
  /** The letter as its provider has it. */
  const received = async (letter: BrevInn) => {
    const stand = await delivered(letter);
    expect(stand.tilstand, JSON.stringify(stand.hendelser)).to.equal('LEVERT');
    const [only, ...more] = await world().lettersOf(letter.eksternRef);
    expect(more).to.deep.equal([]);
    if (only === undefined) throw new Error('nobody has the letter');
    return only;
  };
  /** No such letter of the sender, and no file that was not there; files of a refused letter go after its answer. */
  const expectNothingKept = async ({ eksternRef }: BrevInn, files: readonly string[], owner: string = sender) => {
    expect(await world().store.shipments.byRef(owner, eksternRef)).to.equal(undefined);
    // Earlier letters may be done with theirs meanwhile.
    const more = async () => (await world().payloads()).filter((file) => !files.includes(file));
    for (let time = 0; time < 100 && (await more()).length > 0; time++) await sleep(20);
    expect(await more()).to.deep.equal([]);
  };
  /** Refused when it is sent, and nothing of it kept. */
  const expectRefused = async (letter: BrevInn, words: string, request = encodeSendForsendelse(letter)) => {
    const files = await world().payloads();
    const svar = await callDoor(world().url, request);
    expect([svar.status, svar.text.includes(words) ? words : svar.text]).to.deep.equal([500, words]);
    await expectNothingKept(letter, files);
  };
  return { registered, letterTo, accepted, delivered, received, expectNothingKept, expectRefused };
}
