import type { Gravatar } from '#application/ports/gravatar.ts'

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Gravatar takes SHA-256 of the address without white space around it, in lower case. `d=404`: no drawing instead of a picture. */
export const createGravatar =
  (isAllowed: boolean): Gravatar =>
  async (email) => {
    if (!isAllowed) return undefined
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email.trim().toLowerCase()))
    return `https://gravatar.com/avatar/${hex(digest)}?s=256&d=404`
  }
