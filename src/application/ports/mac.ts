/** Message authentication. Two implementations pass one contract: node:crypto on servers (fast), WebCrypto on Workers. */
export interface Mac {
  /** Is `signature` the HMAC-SHA256 of `message` under `secret`? Compared in constant time; a wrong length is simply no. */
  verifySha256(secret: string, message: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>
}
