import type { Valg } from './choice.js';
import type { Beslutning } from './decision.js';
import { papirTil, registertilstand, type Fakta } from './facts.js';
import { varseladvarsler, varselbestillinger, varslesHerfra } from './notices.js';
import { merknaderTil } from './remarks.js';
import { avsendelse, krav, paaminnelse } from './requirements.js';
import { ellersPapir, reglerFor } from './rules.js';
import { svarutPapir, svarutReglerFor } from './svarutRules.js';
import { spoer } from './table.js';

/** What a table chooses, and what its rows said. */
function velg(fakta: Fakta): ReturnType<typeof spoer<Fakta, Valg>> {
  const { svarut } = fakta;
  return svarut === undefined
    ? spoer(reglerFor(fakta), ellersPapir, fakta)
    : spoer(svarutReglerFor(fakta), svarutPapir, { ...fakta, svarut });
}

/**
 * Where a letter goes, by table K (by SvarUt's where the letter came that way), and then by what the chosen channel needs. Answers for every fact there can be, and asks
 * nobody. In the trace the first rule that hit chose the channel (or refused), and the last says when it goes (or refused it); between them stand
 * remarks and warnings.
 */
export function decide(fakta: Fakta): Beslutning {
  const felles = { fattet: fakta.now, register: registertilstand(fakta) };
  const valg = velg(fakta);
  if ('kode' in valg.utfall) {
    return { ...felles, spor: valg.spor, varsler: [], utfall: 'AVVIS', kode: valg.utfall.kode };
  }
  const { kanal, leverandoer } = valg.utfall;
  const kanalensKrav = krav.filter((rad) => rad.kanaler.includes(kanal));
  const klarering = spoer(kanalensKrav, avsendelse[kanal], { fakta, kanal });
  const merknader = [...merknaderTil(fakta, kanal), ...varseladvarsler(fakta, kanal), ...paaminnelse(fakta, kanal)];
  const alt = [...valg.spor, ...merknader, ...klarering.spor];
  if ('kode' in klarering.utfall) {
    return { ...felles, spor: alt, varsler: [], utfall: 'AVVIS', kode: klarering.utfall.kode };
  }
  const { tidligst } = klarering.utfall;
  const varsler = varselbestillinger(fakta, kanal);
  const adresse = kanal === 'UTSKRIFT' && fakta.forsendelse.mottaker.postadresse === null ? papirTil(fakta) : null;
  const papir = adresse && { papiradresse: adresse };
  const herfra = varslesHerfra(fakta, kanal) && { varslesHerfra: true as const };
  return { ...felles, spor: alt, varsler, utfall: 'SEND', kanal, leverandoer, ...papir, tidligst, ...herfra };
}
