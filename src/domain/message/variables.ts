type Attributes = Readonly<Record<string, unknown>>

/** Who and what a message is about, as far as its words may name it. */
export interface Surroundings {
  readonly contact: {
    readonly id: number
    readonly name: string
    readonly email: string | null
    readonly phoneNumber: string | null
    readonly customAttributes: Attributes
  }
  readonly conversation: { readonly displayId: number; readonly customAttributes: Attributes }
  readonly inbox: { readonly id: number; readonly name: string }
  readonly account: { readonly id: number; readonly name: string }
  /** Who writes; null where no person does. */
  readonly agent: { readonly id: number; readonly name: string; readonly email: string } | null
}

/** What words may name, under the names that Chatwoot gives it. */
export type Variables = Readonly<Record<'contact' | 'agent' | 'conversation' | 'inbox' | 'account', Attributes>>

/** May this text name variables? Nobody pays for those that do not. */
export const mayNameVariables = (text: string): boolean => text.includes('{{') || text.includes('{%')

/** Only the first letter is changed: who is called McDonald wants to stay so. */
const capitalized = (word: string): string => {
  const [first = ''] = word
  return first.toUpperCase() + word.slice(first.length)
}

const namesOf = (name: string) => {
  const words = name.split(/\s+/).filter(Boolean).map(capitalized)
  return { name: words.join(' '), first_name: words[0] ?? '', last_name: words.length > 1 ? (words.at(-1) ?? '') : '' }
}

/** `placeholder`: what somebody is called of whom nothing is known yet. Nobody wants to be addressed by it. */
export const variablesOf = ({ contact, conversation, inbox, account, agent }: Surroundings, placeholder: string): Variables => {
  const named = namesOf(contact.name === placeholder ? '' : contact.name)
  const { id, email, phoneNumber: phone_number, customAttributes: custom_attribute } = contact
  const { displayId: display_id, customAttributes } = conversation
  return {
    contact: { id, ...named, email, phone_number, custom_attribute },
    agent: agent ? { id: agent.id, ...namesOf(agent.name), available_name: agent.name, email: agent.email } : {},
    conversation: { display_id, contact_name: named.name, custom_attribute: customAttributes },
    inbox,
    account,
  }
}
