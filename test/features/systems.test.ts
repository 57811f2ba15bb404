import { expect } from 'chai';
import { expectShown, readmeTable, type Shown } from './shown.js';

/*
 * The systems, actors and capabilities that the founding documents name, in our own short words: the tests and the steps of a demo that show
 * each, or its line in README's list of what comes later or is out of scope.
 */

interface Row {
  readonly what: string;
  readonly shown: readonly Shown[];
  /** The first cell of its line in README. */
  readonly later: string | undefined;
}

const row = (what: string, ...shown: readonly Shown[]): Row => ({ what, shown, later: undefined });
const later = (what: string, line: string, ...shown: readonly Shown[]): Row => ({ what, shown, later: line });

const look = 'scenarios/oppslagstjenesten';
const rules = 'scenarios/forsendelseRules';
const table = 'scenarios/forsendelseTable';
const letter = 'scenarios/forsendelse';
const altinn = 'scenarios/altinn';
const bill = 'scenarios/bill';
const broker = 'scenarios/broker';
const double = 'sandbox/providers/double';
const inbox = 'sandbox/providers/inbox';

const pages = 'pages for people';
const history = 'historical addresses and campaigns';
const storage = 'own uploads of citizens, 1 GB';
const ways = 'interaction, insight, information in';
const eid = 'log-in by ID-porten';

const systems: readonly Row[] = [
  row(
    'contact and reservation register',
    [look, 'R-06: takes 1000'],
    ['application/seedRegister', 'writes in transactions'],
  ),
  row('what it holds', [look, 'answers in the recorded shape'], ['store/opening', 'migrations are what they were']),
  row('its two sizes', ['application/seedRegister', 'reserves exactly 1801 of 3,800,000']),
  row('look-up service', ['soapui/project', 'asks ${operation}'], ['demo', 'letters(']),
  row('broker', [broker, 'R-39, CONTRACT 6, 7 and 13'], ['scenarios/upstream', 'R-37, R-39']),
  row('mailbox as a role', [letter, 'R-39: delivers to the mailbox at ${provider}'], [inbox, 'R-35']),
  row('Digipost', [letter, 'R-39: delivers to the mailbox at ${provider}'], [inbox, 'R-21: given the notice']),
  row('e-Boks', [letter, 'R-39: delivers to the mailbox at ${provider}'], [inbox, 'R-21: given the notice']),
  row('print', ['sandbox/providers/tray', 'R-44'], [letter, 'R-46'], [broker, 'print reports twice']),
  row('SvarUt', ['scenarios/svarut', 'SENDT_SDP, LEVERT_SDP'], ['scenarios/svarutTwo', 'converge'], [altinn, 'R-47']),
  row('Altinn', [altinn, 'R-48, R-51'], [altinn, 'R-53'], ['sandbox/altinn/altinn', 'refuses what breaks']),
  row('addresses for notices in Altinn', [altinn, 'R-49'], ['demo/law', 'NO_NOTIFICATION_ADDRESS']),
  row('Enhetsregisteret', ['store/units', 'Enhetsregisteret'], ['domain/routing/units', 'R-49'], [altinn, 'R-49']),
  later(
    'ID-porten',
    eid,
    [letter, 'R-27, R-36'],
    ['domain/tariff', 'R-62: a log-in'],
    ['demo/sending', 'Log-in at level 3'],
  ),
  row('BankID, Buypass, Commfides, MinID', ['domain/postkasse', 'R-26']),
  row('Norge.no', ['domain/routing/notices', 'has a text for each']),
  row('onboarding', ['cli/senders', 'R-52, R-63']),
  row(
    'support desks',
    ['domain/brukerstoette', 'who can help'],
    [altinn, 'R-49'],
    ['domain/routing/sentences', 'domain/routing'],
  ),
  row('portals of senders', [rules, 'R-14'], [table, '${what}, when a letter is sent']),
  row(
    'case and archive systems',
    ['scenarios/svarut', 'SENDT_SDP'],
    ['soapui/svarut', 'operation'],
    [broker, 'R-39, CONTRACT 6'],
  ),
  row('tax return', ['domain/routing/documentTypes', 'types of documents']),
  row(
    'e-mail and SMS',
    ['sending/varsel', 'R-24'],
    ['cli/sandbox', 'R-24'],
    [inbox, 'R-17, R-21'],
    ['cli/sandbox', 'shows what lies in the mailbox'],
  ),
  later('difi.no, eid.difi.no', history),
];

const actors: readonly Row[] = [
  row('sender', ['cli/senderRegister', 'a new certificate and the old one overlap'], ['cli/senders', 'SECURITY 86']),
  row('supplier', [look, 'R-42'], [rules, 'R-42: given a delegation'], ['demo', 'Supplier asks']),
  row('citizen', ['cli/sandbox', 'R-27'], ['demo/sending', 'Log-in at level 3']),
  row('business', [altinn, 'R-48, R-51'], ['demo/law', 'Business without an address']),
  row('municipality', [altinn, 'R-52'], ['demo/municipality', 'By SvarUt to a municipality']),
  row('state body', ['cli/senders', 'R-52, R-63']),
  row('central administrator', ['cli/prices', 'R-60, R-61: without a sender all of them']),
  row('KS', ['sandbox/developmentData', 'R-65']),
  row('DSB', ['demo/law', 'By SvarUt, in Altinn'], [altinn, 'R-48, R-51']),
  row('those that began in 2014', ['sandbox/developmentData', 'R-65']),
  row(
    'two mailboxes, one of them of the broker’s company',
    [double, 'given ${what}, when it is pushed'],
    ['security/attacks/mailboxes', 'R-29, SECURITY 83'],
  ),
  later('whoever else reads a mailbox', 'powers of attorney, and other readers'),
  later('guardians, powers of attorney', 'powers of attorney, and other readers'),
  row('who receives mail in a business', ['demo/law', 'NO_NOTIFICATION_ADDRESS'], [altinn, 'R-49']),
  row('the minister, 400 million on paper mail', ['cli/prices', 'savings: paper avoided']),
  row('400 agencies', ['cli/senderRegister', 'R-64: imports'], ['domain/agencies', 'R-64: keeps']),
];

const capabilities: readonly Row[] = [
  row(
    'encrypted until the mailbox',
    ['package/package', 'for somebody else'],
    ['store/payloads', 'shows nothing of the content'],
    ['channels/sdp/channel', 'nothing in the clear'],
  ),
  row(
    'secure, robust, private',
    ['security/notApplicable', 'each have a test'],
    ['crash/count', 'fail for each letter'],
    ['log', 'masks a national id'],
  ),
  row(
    'both parties are known',
    ['security/attacks/certificates', 'SECURITY'],
    [table, 'K1: given ${what}'],
    [letter, 'R-27, R-36'],
  ),
  row(
    'paper and digital in one call',
    [table, '${what}, when a letter is sent'],
    ['demo/sending', 'Mailbox at Digipost'],
  ),
  row('notices', ['cli/sandbox', 'shows what lies in the mailbox'], ['domain/routing/notices', 'R-16, R-17']),
  row(
    'told again after a week',
    ['application/varsle', 'R-17: the repeat'],
    [inbox, 'R-17, R-21'],
    ['demo/law', 'Day ${day}: unread in the mailbox'],
  ),
  row('reservation', [rules, 'R-12'], [rules, 'R-13'], ['domain/routing/decide', 'R-12, R-13, R-14']),
  row('digital unless opted out', [rules, 'R-25']),
  row('opening receipt', [letter, 'R-36'], ['scenarios/forsendelseContents', 'R-36: given no reason']),
  row('prices', [bill, 'R-57, R-58'], [bill, 'R-57, R-60'], ['demo/law', '1507 øre']),
  row('direct invoicing', ['cli/prices', 'R-61: the statement is as it was agreed'], [bill, 'R-61: given']),
  row('free look-up', [look, 'R-09']),
  later('information out, and the other ways', ways, [letter, 'R-39: delivers']),
  later('lasting storage', storage, ['package/asice', 'R-32']),
  row(
    'switching mailboxes',
    ['scenarios/forsendelseOnce', 'R-28'],
    ['scenarios/movedMail', 'R-28'],
    ['demo/law', 'Mailbox switched on the way'],
  ),
  row('mailboxes are equal', [rules, 'R-29: given 1,000 recipients']),
  later('apps', pages),
  row('gradual transition', ['cli/senders', 'document-types'], ['domain/routing/documentTypes', 'types of documents']),
  row('opting out', [table, '${what}, when a letter is sent'], ['demo/law', 'Reserved (R-12)']),
  row('private senders', ['cli/senderRegister', 'private senders are refused']),
  later('universal design', pages, ['domain/routing/describe', 'domain/routing'], ['domain/hendelsestekst', 'R-39']),
  row('mandatory for the state', ['cli/senders', 'R-52, R-63']),
  row('in production from 2014-11-19', ['domain/tariff', 'begins at midnight in Oslo on 2014-11-19']),
  later('common communication material', history),
  row('lost notices at businesses', ['store/unread', 'R-49, R-51']),
  row('types of documents', ['domain/routing/documentTypes', 'types of documents'], ['cli/senders', 'document-types']),
  row('digital first, by the circular', [altinn, 'R-48, R-51'], ['domain/routing/sentences', 'domain/routing']),
];

const all = [...systems, ...actors, ...capabilities];

describe('the systems, actors and capabilities of the founding documents', () => {
  it('have a row each', () => {
    expect([systems, actors, capabilities].map(({ length }) => length)).to.deep.equal([23, 16, 27]);
    for (const rows of [systems, actors, capabilities])
      expect(new Set(rows.map(({ what }) => what)).size).to.equal(rows.length);
    expect(all.filter(({ shown, later: line }) => shown.length === 0 && line === undefined)).to.deep.equal([]);
  });

  for (const { what, shown } of all.filter((one) => one.shown.length > 0)) it(what, () => expectShown(shown));

  it('have a line in README, with a reason, for all that comes later or is out of scope, and for nothing else', () => {
    const told = readmeTable('later, or out of scope');
    const known = all.flatMap(({ later: line }) => line ?? []);
    expect(told.map(([what]) => what)).to.have.members([...new Set(known)]);
    for (const [, why] of told) expect(why).to.match(/\w{3}/);
  });
});
