/** MD5 of what comes in pieces: it shows what was damaged on the way, and proves nothing about who sent it. */
export type Md5 = () => {
  update(bytes: Uint8Array): void
  /** As base64, once at the end. */
  digest(): string
}
