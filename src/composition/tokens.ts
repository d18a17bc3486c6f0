import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import type { SaveConnection } from '#application/inboxes/save-connection.ts'
import type { SubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import type { AccessTokens } from '#application/ports/access-tokens.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock, WaitUntil } from '#application/ports/clock.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { DrawKey } from '#application/ports/draw-key.ts'
import type { Gravatar } from '#application/ports/gravatar.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { Md5 } from '#application/ports/md5.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { Posts } from '#application/ports/posts.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { RenderTemplate } from '#application/ports/render-template.ts'
import type { SettingSpec, Settings, SettingsStore } from '#application/ports/settings.ts'
import type { Shredder } from '#application/ports/shredder.ts'
import type { StateTokens } from '#application/ports/state-tokens.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { UploadIds } from '#application/ports/upload-ids.ts'
import type { Vault } from '#application/ports/vault.ts'
import type { WebhookBodies } from '#application/ports/webhook-bodies.ts'
import type { WebhookSigner } from '#application/ports/webhook-signer.ts'
import type { UseCases } from '#application/use-cases.ts'
import { token } from '#composition/container.ts'

/** Everything that the container can make. */
export const T = {
  // Ports
  AccessTokens: token<AccessTokens>('AccessTokens'),
  Channels: token<Channels>('Channels'),
  Clock: token<Clock>('Clock'),
  Copies: token<Copies>('Copies'),
  WaitUntil: token<WaitUntil>('WaitUntil'),
  DrawKey: token<DrawKey>('DrawKey'),
  Gravatar: token<Gravatar>('Gravatar'),
  Ids: token<Ids>('Ids'),
  IntakeLog: token<IntakeLog>('IntakeLog'),
  Logger: token<Logger>('Logger'),
  Mac: token<Mac>('Mac'),
  Md5: token<Md5>('Md5'),
  MediaLinks: token<MediaLinks>('MediaLinks'),
  MediaStore: token<MediaStore>('MediaStore'),
  PersonMarks: token<PersonMarks>('PersonMarks'),
  Posts: token<Posts>('Posts'),
  Queries: token<Queries>('Queries'),
  RenderTemplate: token<RenderTemplate>('RenderTemplate'),
  Settings: token<Settings>('Settings'),
  SettingSpecs: token<readonly SettingSpec[]>('SettingSpecs'),
  SettingsStore: token<SettingsStore>('SettingsStore'),
  Shredder: token<Shredder>('Shredder'),
  StateTokens: token<StateTokens>('StateTokens'),
  UnitOfWork: token<UnitOfWork>('UnitOfWork'),
  UploadIds: token<UploadIds>('UploadIds'),
  Vault: token<Vault>('Vault'),
  WebhookBodies: token<WebhookBodies>('WebhookBodies'),
  WebhookSigner: token<WebhookSigner>('WebhookSigner'),
  RawRetention: token<number>('RawRetention'),
  IsPolled: token<boolean>('IsPolled'),
  WakeIntake: token<() => void>('WakeIntake'),
  // What use cases share
  OpenAccess: token<OpenAccess>('OpenAccess'),
  ReportRefusal: token<ReportRefusal>('ReportRefusal'),
  SaveConnection: token<SaveConnection>('SaveConnection'),
  SubscribeWebhooks: token<SubscribeWebhooks>('SubscribeWebhooks'),
  UseCases: token<UseCases>('UseCases'),
} as const
