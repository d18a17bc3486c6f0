import type { ContentLimits } from '#domain/message/limits.ts'
import { days } from '#domain/shared/instant.ts'

const mebibyte = 1024 * 1024

/**
 * What Instagram takes (developers.facebook.com, Instagram send API). Texts are counted in UTF-8 bytes. A file is checked by its
 * content, so sound in an MP4 is `audio/mp4` where it says so itself or its sender did.
 */
export const instagramLimits: ContentLimits = {
  textBytes: 1000,
  media: [
    { type: 'image', contentTypes: ['image/jpeg', 'image/png', 'image/gif'], bytes: 8 * mebibyte },
    { type: 'audio', contentTypes: ['audio/aac', 'audio/mp4', 'audio/wav'], bytes: 25 * mebibyte },
    {
      type: 'video',
      contentTypes: ['video/mp4', 'video/ogg', 'video/x-msvideo', 'video/quicktime', 'video/webm'],
      bytes: 25 * mebibyte,
    },
    { type: 'file', contentTypes: ['application/pdf'], bytes: 25 * mebibyte },
  ],
  imagesTogether: 10,
  choices: { most: 13, titleCharacters: 20 },
  cards: { most: 10, textCharacters: 80, buttons: 3, buttonCharacters: 20, bareTextCharacters: 640 },
  stickers: ['❤️'],
  replies: true,
  privateReplyWithin: days(7),
}
