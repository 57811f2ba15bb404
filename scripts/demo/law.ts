import { randomUUID } from 'node:crypto';
import { sendLetter } from '../../src/client/forsendelse.js';
import type { StatusISvar } from '../../src/contract/forsendelse/answers.js';
import { identities } from '../../src/sandbox/pki/development.js';
import { billed, type Bill } from './bill.js';
import { calendarOf, moveTo, moveToDaytime } from './calendar.js';
import { citizens, type Citizens } from './citizens.js';
import { posthorn, type Instance } from './instance.js';
import { follow, person, sendBySvarUt, type User } from './municipality.js';
import { openPortal, type Portal } from './portal.js';
import { ended, idOf, letter, letterTo, outcomeOf, serviceOf, watch } from './sending.js';
import { chapter, say, show, type Shown } from './story.js';

/*
 * `npm run demo -- law`: what the rules do with a decision in three weeks, by the calendar of the sandbox, and what it costs.
 */

interface Scene {
  readonly what: string;
  /** Test person, or organisation number. */
  readonly to: string;
  readonly words?: string;
  readonly told?: true;
  readonly expected: string;
}

const business = identities['sender-seid2'].organisasjonsnummer;

const scenes = {
  unread: { what: 'Mailbox, and nobody reads it', to: 'e-boks', expected: 'LEVERT, e-Boks, notice EPOST SMS' },
  read: { what: 'Mailbox, read on day 1', to: 'digipost', told: true, expected: 'LEVERT, Digipost, notice EPOST SMS' },
  reserved: { what: 'Reserved (R-12)', to: 'reserved', expected: 'LEVERT, print' },
  switched: {
    what: 'Mailbox switched on the way (R-28)',
    to: '2032-number',
    words: '(late receipt)',
    expected: 'LEVERT, Digipost, notice EPOST, looked up again',
  },
  business: {
    what: 'Business without an address for notices (R-49)',
    to: business,
    expected: 'LEVERT, Altinn, NO_NOTIFICATION_ADDRESS',
  },
} as const satisfies Readonly<Record<string, Scene>>;

type Name = keyof typeof scenes;
const names = Object.keys(scenes) as Name[];

const DAY = 86_400_000;
/** Working hours that a letter by SvarUt is left unread, ten days, so longer than the week after which its reader is told again. */
const READING_HOURS = '240';
const SVARUT_USER = 'demo-law';

interface Stage {
  readonly instance: Instance;
  readonly users: Citizens;
  readonly portal: Portal;
  /** In every title, so that letters of an earlier demo are others. */
  readonly mark: string;
}

const numberOf = (to: string): string => (/^\d{9}$/.test(to) ? to : idOf(to));
const titleOf = ({ mark }: Stage, name: Name | 'svarut'): string => {
  const { words = '' }: Partial<Scene> = name === 'svarut' ? {} : scenes[name];
  return `Vedtak ${mark} ${name} ${words}`.trim();
};

/** Channel and time of each notice that the reader of a letter has had from its sender. */
async function noticesOf(stage: Stage, to: string, name: Name | 'svarut'): Promise<readonly string[]> {
  const inbox = JSON.parse(await stage.users.run('inbox', numberOf(to), '--json')) as readonly {
    readonly title: string;
    readonly notified: readonly { readonly at: string; readonly by: string }[];
  }[];
  return inbox
    .filter(({ title }) => title.startsWith(titleOf(stage, name)))
    .flatMap(({ notified }) => notified.map(({ at, by }) => `${by}, ${at.slice(0, 10)}`))
    .filter((notice) => !notice.startsWith('own settings'));
}

/** How often the reader has been told by each channel. */
async function told(stage: Stage, to: string, name: Name | 'svarut'): Promise<string> {
  const by = (await noticesOf(stage, to, name)).map((notice) => notice.slice(0, notice.lastIndexOf(',')));
  const channels = [...new Set(by)].map((channel) => `${channel} × ${by.filter((one) => one === channel).length}`);
  return channels.join('; ') || 'nobody';
}

async function send(stage: Stage, name: Name): Promise<string> {
  const scene: Scene = scenes[name];
  const { mottaker } = letterTo({ to: 'digipost' }, new Uint8Array());
  const changes = {
    tittel: titleOf(stage, name),
    ...(scene.told && { aapningskvittering: { begrunnelse: 'Klagefristen løper fra åpning' } }),
    ...(scene.to === business && { mottaker: { ...mottaker, id: business, postadresse: null } }),
  };
  return (await sendLetter(serviceOf(stage.instance), letterTo({ to: scene.to, changes }, await letter())))
    .forsendelsesId;
}

const withRemark = (status: StatusISvar): string =>
  [
    outcomeOf(status),
    ...status.hendelser.flatMap(({ kode }) => (kode === 'NO_NOTIFICATION_ADDRESS' ? [kode] : [])),
  ].join(', ');

async function arrived(
  stage: Stage,
): Promise<{ readonly ids: Readonly<Record<Name, string>>; readonly shown: Shown[] }> {
  chapter(
    '1. Five decisions are sent',
    'Each is a vedtak, so § 8 of eForvaltningsforskriften wants its reader told, and told again after a week if it lies unread.',
  );
  const sent = await Promise.all(names.map(async (name) => [name, await send(stage, name)] as const));
  const ids = Object.fromEntries(sent) as Record<Name, string>;
  say(`  ${await stage.users.run('switch', idOf('2032-number'))}`);
  const statuses = await watch(
    serviceOf(stage.instance),
    names.map((name) => ids[name]),
    ended,
  );
  const shown = names.map((name, i) => {
    const status = statuses[i];
    return { what: scenes[name].what, expected: scenes[name].expected, got: status ? withRemark(status) : 'unknown' };
  });
  // Moved back, so that the test persons are again as README says.
  await stage.users.run('switch', idOf('2032-number'));
  show(shown.map(({ what, got }) => [what, got]));
  return { ids, shown };
}

/** An account of SvarUt that leaves letters unread for more than a week. */
async function svarutUser(instance: Instance): Promise<User> {
  const rules = ['--reading-hours', READING_HOURS, '--return-address', 'Eksempel kommune;Storgata 1;0155;OSLO'];
  await posthorn(instance, 'svarut', 'accounts', 'add', SVARUT_USER, identities.sender.organisasjonsnummer, ...rules);
  const passord = (await posthorn(instance, 'svarut', 'accounts', 'rotate', SVARUT_USER)).split(': ').at(-1) ?? '';
  return { url: instance.url, brukernavn: SVARUT_USER, passord };
}

async function bySvarUt(stage: Stage, user: User): Promise<{ readonly id: string; readonly shown: Shown[] }> {
  chapter(
    '2. A municipality sends one by SvarUt, to somebody without a mailbox',
    `It is shown in Altinn, and goes on paper after ${READING_HOURS} hours of working days when nobody has read it (R-47).`,
  );
  const id = await sendBySvarUt(user, person('fresh'), titleOf(stage, 'svarut'));
  const got = await follow(user, id, 'VARSLET');
  show([['By SvarUt, in Altinn', got]]);
  return { id, shown: [{ what: 'By SvarUt, in Altinn', expected: 'VARSLET', got }] };
}

const both = (n: number): string => `e-mail × ${n}; SMS × ${n}`;

/** What readers have been told by now, against what they should have been: the unread letter, the read one, and the one in Altinn. */
async function toldNow(stage: Stage, day: number, unread: number, read: number): Promise<Shown[]> {
  const rows = [
    [`Day ${day}: unread in the mailbox`, both(unread), await told(stage, 'e-boks', 'unread')],
    [`Day ${day}: read on day 1`, both(read), await told(stage, 'digipost', 'read')],
    [`Day ${day}: unread in Altinn`, `e-mail, else SMS × ${unread}`, await told(stage, 'fresh', 'svarut')],
  ] as const;
  show(rows.map(([what, , got]) => [what, got]));
  return rows.map(([what, expected, got]) => ({ what, expected, got }));
}

async function weeks(
  stage: Stage,
  { user, id }: { readonly user: User; readonly id: string },
  read: string,
): Promise<Shown[]> {
  chapter(
    '3. Three weeks pass',
    'The calendar of the sandbox is moved; certificates, retries and leases keep the real time.',
  );
  const begun = (await calendarOf(stage.users)).now.getTime();
  const reach = (day: number): Promise<void> => moveTo(stage.users, new Date(begun + day * DAY));
  // Whenever the story is told, the portal's readers are told by day.
  await moveToDaytime(stage.users);
  await reach(1);
  const shown = await toldNow(stage, 1, 1, 1);
  say(...(await stage.users.run('open', idOf('digipost'), '--level', '4')).split('\n').map((line) => `  ${line}`));
  const [opened] = await watch(serviceOf(stage.instance), [read], ({ tilstand }) => tilstand === 'AAPNET');
  shown.push({ what: 'Day 1: the opening is told', expected: 'AAPNET', got: opened?.tilstand ?? 'unknown' });
  await reach(6);
  shown.push(...(await toldNow(stage, 6, 1, 1)), await stage.portal.told(6, 1));
  await reach(9);
  shown.push(...(await toldNow(stage, 9, 2, 1)));
  await reach(14);
  await moveToDaytime(stage.users);
  await reach(22);
  shown.push({
    what: 'Day 22: unread by SvarUt, so on paper',
    expected: 'PRINTET',
    got: await follow(user, id, 'PRINTET'),
  });
  shown.push(...(await toldNow(stage, 22, 2, 1)), await stage.portal.told(22, 2));
  return [
    ...shown,
    { what: 'Reserved: who was told', expected: 'nobody', got: await told(stage, 'reserved', 'reserved') },
  ];
}

async function paid(stage: Stage, before: Bill): Promise<Shown[]> {
  chapter(
    '4. The bill of the month',
    'Paper is as one page of 5.10 kr, a letter in a mailbox 0.69 kr; Altinn and the broker cost nothing.',
  );
  const after = await billed(stage.users, before.months);
  for (const month of after.months)
    say(
      ...(await stage.users.bill('statement', '--month', month, '--sender', after.sender))
        .split('\n')
        .map((line) => `  ${line}`),
      '',
    );
  return [
    {
      what: 'Bill: 3 × 0.69, SMS 0.44 and 0.50, opening 1.86, 2 × 5.10',
      expected: '1507 øre',
      got: `${after.sum - before.sum} øre`,
    },
    { what: 'Saved against three letters on paper', expected: '1043 øre', got: `${after.saved - before.saved} øre` },
  ];
}

/** Sends seven decisions, and follows them for three weeks of the calendar. The calendar is put back afterwards. @throws Error when it has been moved before */
export async function law(instance: Instance): Promise<Shown[]> {
  const users = citizens(instance);
  if (!(await calendarOf(users)).isReal)
    throw new Error(
      'The calendar of this sandbox has been moved. Take it back first: npx posthorn sandbox clock reset',
    );
  try {
    const before = await billed(users);
    const portal = await openPortal(instance, users);
    const stage = { instance, users, portal, mark: randomUUID().slice(0, 8) };
    // First of all, since a gateway notices new accounts within seconds.
    const user = await svarutUser(instance);
    const { ids, shown } = await arrived(stage);
    const { id, shown: inAltinn } = await bySvarUt(stage, user);
    shown.push(
      ...inAltinn,
      await portal.sent(),
      ...(await weeks(stage, { user, id }, ids.read)),
      ...(await paid(stage, before)),
    );
    return shown;
  } finally {
    say('', ...(await users.run('clock', 'reset')).split('\n').slice(0, 1));
  }
}
