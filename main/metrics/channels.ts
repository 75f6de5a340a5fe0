// Which channels are calls. Pure; imports nothing.

/** Channel names under which the API writes calls. Campaign rows are dialled calls; they carry hold like other calls. */
const voiceChannels = new Set(['voice', 'korevg', 'audiocodes', 'campaign']);
export const isVoiceChannel = (channel: string | null): boolean =>
  channel !== null && voiceChannels.has(channel.trim().toLowerCase());
