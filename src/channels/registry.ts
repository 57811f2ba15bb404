import type { Channel } from '../domain/channel.js';
import type { Kanal } from '../domain/routing/decision.js';
import type { Videresender } from '../domain/formidlingChannel.js';
import { altinnChannel, type AltinnDeps } from './altinn/channel.js';
import { svarinnChannel, type SvarInnChannelDeps } from './svarinn/channel.js';
import { sdpChannel, type SdpDeps } from './sdp/channel.js';
import { videresender } from './sdp/formidling.js';
import type { PushDeps } from './sdp/push.js';
import { svarutChannel, type SvarUtDeps } from './svarut/channel.js';

/** What the channels of an installation need. */
export interface ChannelDeps {
  readonly sdp: SdpDeps;
  readonly svarinn: SvarInnChannelDeps;
  /** Messages of others go on by this way, wherever our own letters go. */
  readonly videre: PushDeps;
  /** A SvarUt above us, which takes the letters of some channels; undefined: there is none. */
  readonly svarut?: SvarUtDeps | undefined;
  /** Undefined: letters do not go to Altinn from here. */
  readonly altinn?: AltinnDeps | undefined;
}

/** The one list of channels. What is not in it does not exist in this installation, and is never routed to. PORTAL hands nothing on. */
export function channels({ sdp, svarinn, svarut, altinn }: Omit<ChannelDeps, 'videre'>): ReadonlyMap<Kanal, Channel> {
  const postal = sdpChannel(sdp);
  const upstream = svarut === undefined ? [] : svarut.kanaler.map((kanal) => [kanal, svarutChannel(svarut)] as const);
  return new Map<Kanal, Channel>([
    ['POSTKASSE', postal],
    ['UTSKRIFT', postal],
    ['SVARINN', svarinnChannel(svarinn)],
    ...(altinn === undefined ? [] : ([['ALTINN', altinnChannel(altinn)]] as const)),
    ...upstream,
  ]);
}

/** How messages of official senders go on. */
export const videresending = ({ sdp, videre }: ChannelDeps): Videresender => videresender(videre, sdp.databehandler);
