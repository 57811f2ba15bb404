import type { Mutation } from './mutation.js';
import { heldBy } from './mutation.js';

/* Checks of what mailbox providers tell the register: who may, what is refused, and what is written down; each with the test that needs it. */

const door = heldBy('http/postkassetjenester.ts', 'http/postkassetjenester');
const asking = heldBy('application/kanVelgePostkasse.ts', 'application/postkasse');
const changing = heldBy('application/endrePostkasse.ts', 'application/postkasse');
const rules = heldBy('domain/postkasse.ts', 'domain/postkasse');

const doors: readonly Mutation[] = [
  door('a role of its own', "if (leverandoer?.rolle === 'POSTKASSE')", 'if (leverandoer !== undefined)', 'SECURITY 86'),
  door(
    'a registered certificate',
    "if (leverandoer?.rolle === 'POSTKASSE') return leverandoer;",
    'return leverandoer!;',
    'SECURITY 86',
  ),
  door(
    'its own number in the trail',
    '      organisasjon,\n      paaVegneAv',
    "      organisasjon: '',\n      paaVegneAv",
    'R-26',
  ),
  door('a question is no change', "foresporsel.operasjon === 'KanVelgeSikkerDigitalPostkasse'", 'false', 'R-26'),
];

const questions: readonly Mutation[] = [
  asking('the answer', 'return hvorforIkke(found.get(id), forespoersel, leverandoer);', 'return undefined;', 'R-26'),
  asking('who asks', 'requester, organisasjonsnummer, operasjon', "requester, '', operasjon", 'R-26'),
  asking('about whom', 'operasjon, [id], (tx)', 'operasjon, [], (tx)', 'R-26'),
];

const changes: readonly Mutation[] = [
  changing('the first answer again', 'if (earlier !== undefined) return avslagOf(earlier);', '', 'SECURITY 74'),
  changing('the answer that is kept', "'avslag' in utfall ? utfall.avslag : OK)", 'OK)', 'SECURITY 74'),
  changing('a refusal changes nobody', "'avslag' in utfall ? utfall.avslag : undefined", 'undefined', 'a refusal'),
  changing('the trail', 'await tx.appendEvent(event);', '', 'R-07'),
  changing(
    'the person of the register',
    "if ('person' in utfall) await tx.upsertPersons([utfall.person]);",
    '',
    'R-07',
  ),
  changing('answers that are none', 'if (known === undefined)', 'if (false)', 'believes no kept answer'),
];

const judgements: readonly Mutation[] = [
  rules('the level of the log-in', 'Math.min(sikkerhetsnivaa, hoeyeste[eid]) < 4', 'hoeyeste[eid] < 4', 'level 3'),
  rules('the level of the eID', 'Math.min(sikkerhetsnivaa, hoeyeste[eid]) < 4', 'sikkerhetsnivaa < 4', 'MinID'),
  rules('entries that are deleted', "(person?.status === 'AKTIV' ? person : undefined)", 'person', 'R-05'),
  rules('reservation', "if (kjent.reservasjon) return { avslag: 'RESERVERT' };", '', 'R-12'),
  rules(
    'its own number',
    'if (endring.virksomhetsidentifikator !== organisasjonsnummer)',
    'if (false)',
    'UGYLDIG_ORGNR',
  ),
  rules('a person to change', 'if (!erPersonnummer(endring.personidentifikator))', 'if (false)', 'spaces around'),
  rules('a person to ask about', 'if (!erPersonnummer(om.personidentifikator))', 'if (false)', 'refuses a question'),
  rules('the registered certificate', 'gitt === null || gitt.equals(sertifikat) ?', 'true ?', 'another certificate'),
  rules('its own mailbox', '?.postkasseleverandoerAdresse === organisasjonsnummer', ' !== null', 'R-29'),
];

export const mailboxMutations: readonly Mutation[] = [...doors, ...questions, ...changes, ...judgements];
