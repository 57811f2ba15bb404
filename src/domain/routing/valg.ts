import type { Beslutning, Kanal } from './decision.js';
import type { Fakta } from './facts.js';

export type Avvisningskode = Extract<Beslutning, { utfall: 'AVVIS' }>['kode'];
/** What a rule chooses: a channel, with its supplier where it has one, or a refusal. */
export type Valg = { readonly kanal: Kanal; readonly leverandoer: string | null } | { readonly kode: Avvisningskode };

/** Paper, by the print supplier of this installation. */
export const papir = (f: Fakta): Valg => ({ kanal: 'UTSKRIFT', leverandoer: f.utskriftsleverandoer });
