import type { Database } from '#adapters/postgres/database.ts'
import { actorQueries } from '#adapters/postgres/queries/actors.ts'
import { commentQueries } from '#adapters/postgres/queries/comments.ts'
import { contactErasureQueries } from '#adapters/postgres/queries/contact-erasures.ts'
import { contactQueries } from '#adapters/postgres/queries/contacts.ts'
import { conversationQueries } from '#adapters/postgres/queries/conversations.ts'
import { dataDeletionQueries } from '#adapters/postgres/queries/data-deletions.ts'
import { inboxQueries } from '#adapters/postgres/queries/inboxes.ts'
import { intakeQueries } from '#adapters/postgres/queries/intake.ts'
import { mediaQueries } from '#adapters/postgres/queries/media.ts'
import { messageQueries } from '#adapters/postgres/queries/messages.ts'
import { visitorQueries } from '#adapters/postgres/queries/visitors.ts'
import { webhookDeliveryQueries } from '#adapters/postgres/queries/webhook-deliveries.ts'
import type { Queries } from '#application/ports/queries.ts'

export const createQueries = ({ kysely }: Database): Queries => ({
  ...actorQueries(kysely),
  ...inboxQueries(kysely),
  ...conversationQueries(kysely),
  ...messageQueries(kysely),
  ...mediaQueries(kysely),
  ...commentQueries(kysely),
  ...contactQueries(kysely),
  ...intakeQueries(kysely),
  ...dataDeletionQueries(kysely),
  ...contactErasureQueries(kysely),
  ...visitorQueries(kysely),
  ...webhookDeliveryQueries(kysely),
})
