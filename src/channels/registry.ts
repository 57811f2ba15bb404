import type { Channel } from '../domain/channel.js';
import type { Kanal } from '../domain/routing/decision.js';
import type { Videresender } from '../domain/formidlingChannel.js';
import { sdpChannel, type SdpDeps } from './sdp/channel.js';
import { videresender } from './sdp/formidling.js';

/** What the channels of an installation need. */
export interface ChannelDeps {
  readonly sdp: SdpDeps;
}

/** The one list of channels. What is not in it does not exist in this installation, and is never routed to. PORTAL hands nothing on. */
export function channels({ sdp }: ChannelDeps): ReadonlyMap<Kanal, Channel> {
  const postal = sdpChannel(sdp);
  return new Map([
    ['POSTKASSE', postal],
    ['UTSKRIFT', postal],
  ]);
}

/** How messages of official senders go on. */
export const videresending = ({ sdp }: ChannelDeps): Videresender => videresender(sdp, sdp.databehandler);
