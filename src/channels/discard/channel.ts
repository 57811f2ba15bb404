import type { Channel } from '../../domain/channel.js';

/** Hands every letter to nobody, and says that it is sent: the shape of a channel and nothing else, for tests and for measuring. */
export const discardChannel: Channel = {
  prepare: () => Promise.resolve(undefined),
  deliver: () => Promise.resolve({ type: 'sent' }),
};
