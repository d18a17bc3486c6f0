import type { AccountId } from '#domain/shared/ids.ts'

export interface UploadRef {
  readonly accountId: AccountId
  readonly id: number
}

/** Texts by which uploads are known outside: nobody can guess one, and in another account it says nothing. */
export interface UploadIds {
  /** What is sent in place of the file. */
  sign(upload: UploadRef): Promise<string>
  /** The number in such a text; undefined where it is none of ours, or not this account's. In constant time. */
  read(accountId: AccountId, text: string): Promise<number | undefined>
  /** Absolute address to which the file is brought. */
  address(upload: UploadRef): Promise<string>
  /** Is this the signature in that address? In constant time. */
  verify(upload: UploadRef, signature: string): Promise<boolean>
}
