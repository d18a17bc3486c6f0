/** 32 bytes for one purpose out of a key (HKDF-SHA-256): knowing them tells nothing about the key or about other purposes. */
export const deriveSecret = async (key: Uint8Array, purpose: string): Promise<Uint8Array> => {
  const material = await crypto.subtle.importKey('raw', new Uint8Array(key), 'HKDF', false, ['deriveBits'])
  const info = new TextEncoder().encode(`dovecote:${purpose}`)
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }, material, 256))
}
