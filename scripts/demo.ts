import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callLookup, lookUpPersons } from '../src/client/oppslagstjenesten.js';
import type { LookupService } from '../src/client/oppslagstjenesten.js';
import { signRequest } from '../src/client/request.js';
import { decodePersons } from '../src/contract/oppslagstjenesten/decode.js';
import type { PersonInAnswer } from '../src/contract/oppslagstjenesten/decode.js';
import { encodeHentEndringer, encodeHentPersoner } from '../src/contract/oppslagstjenesten/encode.js';
import { headerBlocks, PATH, TJENESTE_ORGANISASJONSNUMMER } from '../src/contract/oppslagstjenesten/names.js';
import { verifyEnvelope } from '../src/diagnosis/verifyEnvelope.js';
import { syntheticId } from '../src/domain/identifier.js';
import { informasjonsbehov } from '../src/domain/person.js';
import { Failure } from '../src/errors.js';
import { reasonOf } from '../src/run.js';
import { ensureDevelopmentPki } from '../src/sandbox/pki/development.js';
import type { DevelopmentPki, IdentityName } from '../src/sandbox/pki/development.js';
import { testpersons } from '../src/sandbox/testpersons.js';
import { parseCrl } from '../src/security/crl.js';
import { oppslagstjenestenPolicy } from '../src/security/policy.js';
import { signingKey } from '../src/security/sign.js';
import { createTrust } from '../src/security/trust.js';
import { attribute } from '../src/xml/model.js';
import { findOrStart, posthorn } from './demo/instance.js';
import type { Instance } from './demo/instance.js';
import { law } from './demo/law.js';
import { verdictOn } from './demo/letter.js';
import { municipality } from './demo/municipality.js';
import { nextWeek } from './demo/nextWeek.js';
import { sending } from './demo/sending.js';
import { chapter, kept, say, show } from './demo/story.js';
import type { Shown } from './demo/story.js';

/*
 * `npm run demo`: what the gateway does for a case system, told step by step against the gateway that runs, or one of its own.
 * `npm run demo -- law`: what the rules do with a decision in three weeks. Ends with a table of what was promised and what happened; exit
 * code 1 when they differ.
 */

interface Stage {
  readonly instance: Instance;
  readonly url: string;
  readonly as: (name: IdentityName) => LookupService;
}

const clock = { now: () => new Date() };
const cast = testpersons(new Date());
const ids = cast.map((t) => t.personidentifikator);
const idOf = (navn: string): string => cast.find((t) => t.navn === navn)?.personidentifikator ?? '';

function stageOf(instance: Instance, pki: DevelopmentPki): Stage {
  const url = `${instance.url}${PATH}`;
  const crls = pki.crls.map(parseCrl);
  const trust = createTrust({
    anchors: [pki.root],
    intermediates: [pki.issuing],
    crls: () => crls,
    revocation: 'require',
  });
  return {
    instance,
    url,
    as: (name) => {
      const { privateKey, certificate } = pki.identities[name];
      return { url, key: signingKey(privateKey, certificate), expected: TJENESTE_ORGANISASJONSNUMMER, trust, clock };
    },
  };
}

async function letters({ as }: Stage): Promise<Shown[]> {
  chapter(
    '1. Before a letter, the case system asks who may get it digitally',
    'EKSEMPEL KOMMUNE (310000019) signs one HentPersoner for twelve persons. The answer is signed, confirms the signature of',
    'the request, and is encrypted to the certificate that asked. What follows is what the case system may conclude for a',
    'decision (vedtak). Here Posthorn only answers; from chapter 6 on it sends.',
  );
  const persons = await lookUpPersons(as('sender'), informasjonsbehov, ids);
  const unfiltered = await lookUpPersons(as('sender'), ['Kontaktinfo'], ids);
  const verdicts = persons.map((p, i) => verdictOn(p, unfiltered[i] as PersonInAnswer, clock.now()));
  const rows = persons.map((p, i) => {
    const { letter, why, rule } = verdicts[i] as (typeof verdicts)[number];
    return [cast[i]?.navn ?? '', p.personidentifikator, p.varslingsstatus ?? '', letter, rule, why];
  });
  show([['person', 'personidentifikator', 'varslingsstatus', 'the letter goes', 'rule', 'because'], ...rows]);
  const count = (letter: string): number => verdicts.filter((v) => v.letter.startsWith(letter)).length;
  const got = `${count('mailbox')} mailbox, ${count('portal')} portal or paper, ${count('on paper')} paper`;
  return [{ what: 'Twelve persons, one look-up', expected: '4 mailbox, 3 portal or paper, 5 paper', got }];
}

/** Fault code, subcode and text of an answer, or its HTTP status when it is no fault. */
function outcomeOf(status: number, answer: string): string {
  const codes = [...answer.matchAll(/<env:Value(?: [^>]*)?>([^<]*)</g)].map((match) => match[1]);
  return codes.length === 0 ? `HTTP ${status}, answered` : `HTTP ${status}, ${codes.join(' ')}`;
}

async function post(url: string, envelope: string): Promise<string> {
  const headers = { 'Content-Type': 'application/soap+xml; charset=utf-8' };
  const response = await fetch(url, { method: 'POST', headers, body: envelope });
  return outcomeOf(response.status, await response.text());
}

async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'answered';
  } catch (error) {
    if (error instanceof Failure && error.code === 'UPSTREAM_FAULT') return error.detail;
    throw error;
  }
}

async function onBehalf({ as }: Stage): Promise<Shown[]> {
  chapter(
    '2. A supplier asks for its customer',
    'EKSEMPEL DRIFT AS (310000035) runs the case system of EKSEMPEL KOMMUNE, which has named it. It signs with its own key and',
    'says in the signed header whom it asks for (PaaVegneAv).',
  );
  const ask = (paaVegneAv?: string) =>
    faultOf(lookUpPersons(as('supplier'), informasjonsbehov, [idOf('fresh')], paaVegneAv));
  const rows = [
    ['for EKSEMPEL KOMMUNE (310000019)', await ask('310000019'), 'answered'],
    [
      'for itself, without a right',
      await ask(),
      'Invalid service usage: Service owner 310000035 does not have access to OPPSLAGSTJENESTEN',
    ],
    [
      'for one who did not name it',
      await ask('310000027'),
      'Invalid service usage: Service owner 310000027 does not have access to OPPSLAGSTJENESTEN',
    ],
  ] as const;
  show(rows.map(([what, got]) => [what, got]));
  return rows.map(([what, got, expected]) => ({ what: `Supplier asks ${what}`, expected, got }));
}

const changesFrom = async ({ as }: Stage, fra: number) => {
  const answer = await callLookup(as('sender'), encodeHentEndringer(['Kontaktinfo'], fra));
  return { seneste: Number(attribute(answer, 'senesteEndringsNummer')), persons: decodePersons(answer) };
};

async function changeFeed(stage: Stage): Promise<Shown[]> {
  const { seneste } = await changesFrom(stage, Number.MAX_SAFE_INTEGER);
  const newcomer = syntheticId('1990-06-15', 7, { art: 'FNR', regel: '2032' });
  const verified = new Date().toISOString();
  const file = join(stage.instance.dataDir, 'demo-change.csv');
  const columns = 'personidentifikator,epostadresse,epostadresse_sist_verifisert';
  await writeFile(file, `${columns}\n${newcomer},ny.borger@example.com,${verified}\n`);
  chapter(
    '3. The register changes, and the change feed tells',
    `The case system has followed the feed to change ${seneste}. Now a citizen registers an e-mail address:`,
  );
  say(`  ${await posthorn(stage.instance, 'register', 'import', file)}`);
  const { persons } = await changesFrom(stage, seneste + 1);
  say(
    `  HentEndringer from ${seneste + 1}: ${persons.map((p) => `${p.personidentifikator} ${p.epostadresse}`).join(', ')}`,
  );
  const seen =
    persons.map((p) => p.personidentifikator).join() || 'nobody: the gateway has another register than this shell';
  return [{ what: 'One change, one person in the feed', expected: newcomer, got: seen }];
}

const exceptions = { sha1Digest: true, timestampWithoutTransforms: true, oaepSha1Cbc: true };

async function tampered({ as, url, instance }: Stage): Promise<Shown[]> {
  chapter(
    '4. Somebody changes a signed envelope on its way',
    'The request asks for one person; on the way, the number is replaced by another.',
  );
  const request = encodeHentPersoner(['Person'], [idOf('fresh')]);
  const { envelope } = await signRequest(request, [], as('sender').key, clock.now());
  const changed = envelope.replace(idOf('fresh'), idOf('reserved'));
  const outcome = await post(url, changed);
  const { references, broken } = await verifyEnvelope(Buffer.from(changed), {
    policy: oppslagstjenestenPolicy(exceptions, headerBlocks, Infinity),
  });
  const wrong = references.find((r) => r.ok === false);
  say(`  The gateway: ${outcome}. It says no more, so as not to help an attacker.`, '  posthorn verify says why:');
  show([
    ...references.map((r) => [r.ok === true ? '  ok' : '  FAIL', r.target ?? r.uri]),
    ['  expected', wrong?.expected ?? ''],
    ['  actual', wrong?.actual ?? ''],
    ['  broken', `${broken?.code}: ${broken?.detail}`],
  ]);
  if (!instance.own) {
    const file = join(instance.dataDir, 'demo-tampered.xml');
    await writeFile(file, changed);
    say('', `  See it all: npx posthorn verify ${file}`);
  }
  return [
    { what: 'Tampered request', expected: 'HTTP 500, env:Sender wsse:FailedCheck', got: outcome },
    { what: '... posthorn verify finds', expected: 'Envelope/Body', got: wrong?.target ?? 'nothing' },
  ];
}

async function replayed({ as, url }: Stage): Promise<Shown[]> {
  chapter('5. Somebody sends a good envelope a second time');
  const request = encodeHentPersoner(['Person'], [idOf('fresh')]);
  const { envelope } = await signRequest(request, [], as('sender').key, clock.now());
  const [first, second] = [await post(url, envelope), await post(url, envelope)];
  show([
    ['first', first],
    ['again', second],
  ]);
  return [
    { what: 'Request, the first time', expected: 'HTTP 200, answered', got: first },
    { what: 'The same octets again', expected: 'HTTP 500, env:Sender wsse:FailedCheck', got: second },
  ];
}

const rowOf = (shown: Shown): string[] =>
  kept(shown) ? ['ok', shown.what, shown.got] : ['NOT', shown.what, `${shown.got} (expected ${shown.expected})`];

/** The whole of it. */
async function everything(stage: Stage): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const act of [letters, onBehalf, changeFeed, tampered, replayed]) shown.push(...(await act(stage)));
  for (const act of [sending, municipality, nextWeek]) shown.push(...(await act(stage.instance)));
  return shown;
}

const stories: Readonly<Record<string, (stage: Stage) => Promise<Shown[]>>> = {
  all: everything,
  law: ({ instance }) => law(instance),
};

async function main([name = 'all']: readonly string[]): Promise<boolean> {
  const story = stories[name];
  if (story === undefined) throw new Error(`There is no such demo. There are: ${Object.keys(stories).join(', ')}.`);
  const started = Date.now();
  const instance = await findOrStart();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void instance.stop().finally(() => process.exit(1)));
  }
  try {
    const stage = stageOf(instance, await ensureDevelopmentPki(instance.certsDir));
    const where = instance.own ? 'Nothing runs here, so the demo starts a gateway of its own' : 'A gateway runs here';
    say(`${where}: ${stage.url}`);
    const shown = await story(stage);
    chapter(`What was shown, in ${((Date.now() - started) / 1000).toFixed(0)} seconds`);
    show([['', 'what', 'outcome'], ...shown.map(rowOf)]);
    return shown.every(kept);
  } finally {
    await instance.stop();
  }
}

try {
  if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
} catch (error) {
  console.error(reasonOf(error));
  process.exitCode = 1;
}
