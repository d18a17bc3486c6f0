import { requiredPermissions, webhookFields } from '#channels/instagram/settings.ts'

type Values = ReadonlyMap<string, string>

const withComments = (values: Values): boolean => values.get('ENABLE_INSTAGRAM_COMMENTS') === 'true'

/** What is asked for at the consent page. */
export const wantedPermissions = (values: Values): readonly string[] =>
  withComments(values) ? [...requiredPermissions, 'instagram_business_manage_comments'] : requiredPermissions

/** The fields to which an account is subscribed. */
export const wantedFields = (values: Values): readonly string[] => (withComments(values) ? [...webhookFields, 'comments'] : webhookFields)
