import type { AccountView, UserView } from '#application/ports/queries.ts'

export const accountJson = ({ id, name, locale, status, customAttributes }: AccountView) => ({
  id,
  name,
  locale,
  domain: null,
  support_email: null,
  features: {},
  custom_attributes: customAttributes,
  limits: {},
  status,
})

/** A user as the user sees themselves and as the platform API shows them. Tokens are shown once, when they are made. */
export const userJson = ({ id, name, email, customAttributes }: UserView) => ({
  id,
  uid: email,
  name,
  available_name: name,
  display_name: null,
  email,
  avatar_url: '',
  confirmed: true,
  message_signature: null,
  provider: 'email',
  ui_settings: {},
  custom_attributes: customAttributes,
})

/** A colleague, where something is theirs. */
export const agentJson = ({ id, name, email }: Pick<UserView, 'id' | 'name' | 'email'>) => ({
  id,
  name,
  available_name: name,
  email,
  avatar_url: '',
  thumbnail: '',
  availability_status: 'offline',
  type: 'user',
})
