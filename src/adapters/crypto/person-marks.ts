import { fromBase64url, toBase64url } from '#adapters/crypto/base64url.ts'
import type { MakeMark, PersonMarks } from '#application/ports/person-marks.ts'
import { settingContext } from '#application/ports/settings.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'

const algorithm = { name: 'HMAC', hash: 'SHA-256' }

/** The key outlives the vault's keys: it stands sealed beside the settings, where whoever changes those finds it, and none has its name. */
const name = 'ERASURE_MARK_KEY'

const markWith = async (secret: string): Promise<MakeMark> => {
  const utf8 = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', new Uint8Array(fromBase64url(secret) ?? []), algorithm, false, ['sign'])
  return async ({ inboxId, sourceId }) =>
    toBase64url(new Uint8Array(await crypto.subtle.sign(algorithm, key, utf8.encode(`${inboxId} ${sourceId}`))))
}

/** HMAC-SHA-256 over the inbox and the person's id in it. */
export const createPersonMarks = ({ vault }: { readonly vault: Vault }): PersonMarks => {
  let known: MakeMark | undefined

  const look = async (tx: Tx) => {
    const sealed = await tx.sealedValues.setting(name)
    const secret = sealed === undefined ? undefined : await vault.open(sealed, settingContext(name)).catch(() => undefined)
    return { sealed, secret }
  }

  /** Whatever another process wrote in the meantime stays. */
  const replace = async (tx: Tx, before: string | undefined): Promise<void> => {
    const fresh = toBase64url(crypto.getRandomValues(new Uint8Array(32)))
    const sealed = await vault.seal(fresh, settingContext(name))
    if (before === undefined) await tx.sealedValues.insertSetting(name, sealed)
    else await tx.sealedValues.replace({ of: { kind: 'setting', name }, context: settingContext(name), sealed: before }, sealed)
  }

  return {
    async open(tx) {
      if (known) return known
      const found = await look(tx)
      // One that is made here is not remembered: the transaction may come to nothing.
      if (found.secret !== undefined) {
        known = await markWith(found.secret)
        return known
      }
      for (let { sealed } = found; ; ) {
        await replace(tx, sealed)
        const now = await look(tx)
        if (now.secret !== undefined) return markWith(now.secret)
        sealed = now.sealed
      }
    },
  }
}
