import type { AddAccountUser } from '#application/accounts/add-account-user.ts'
import type { Authenticate } from '#application/accounts/authenticate.ts'
import type { CreateAccount } from '#application/accounts/create-account.ts'
import type { CreateUser } from '#application/accounts/create-user.ts'
import type { IssueUserToken } from '#application/accounts/issue-user-token.ts'
import type { RegisterPlatformApp } from '#application/accounts/register-platform-app.ts'
import type { RevokeToken } from '#application/accounts/revoke-token.ts'
import type { CarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import type { CreateContact } from '#application/contacts/create-contact.ts'
import type { EnterInbox } from '#application/contacts/enter-inbox.ts'
import type { EraseContact } from '#application/contacts/erase-contact.ts'
import type { FetchProfile } from '#application/contacts/fetch-profile.ts'
import type { MergeContacts } from '#application/contacts/merge-contacts.ts'
import type { RefreshProfiles } from '#application/contacts/refresh-profiles.ts'
import type { ResolveConversation } from '#application/conversations/resolve-conversation.ts'
import type { SeeConversation } from '#application/conversations/see-conversation.ts'
import type { ShowTyping } from '#application/conversations/show-typing.ts'
import type { StartConversation } from '#application/conversations/start-conversation.ts'
import type { AdoptToken } from '#application/inboxes/adopt-token.ts'
import type { ChangeInbox } from '#application/inboxes/change-inbox.ts'
import type { CheckSubscriptions } from '#application/inboxes/check-subscriptions.ts'
import type { CompleteConnection } from '#application/inboxes/complete-connection.ts'
import type { CreateInbox } from '#application/inboxes/create-inbox.ts'
import type { DeauthorizeAccount } from '#application/inboxes/deauthorize-account.ts'
import type { DisconnectInbox } from '#application/inboxes/disconnect-inbox.ts'
import type { EndSubscription } from '#application/inboxes/end-subscription.ts'
import type { EraseAccount } from '#application/inboxes/erase-account.ts'
import type { InspectConnection } from '#application/inboxes/inspect-connection.ts'
import type { RefreshCredential } from '#application/inboxes/refresh-credential.ts'
import type { RefreshCredentials } from '#application/inboxes/refresh-credentials.ts'
import type { ReplaceSecret } from '#application/inboxes/replace-secret.ts'
import type { RequestDataDeletion } from '#application/inboxes/request-data-deletion.ts'
import type { RevealSecrets } from '#application/inboxes/reveal-secrets.ts'
import type { StartConnection } from '#application/inboxes/start-connection.ts'
import type { SubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import type { WatchSilence } from '#application/inboxes/watch-silence.ts'
import type { ChangeAppConfig } from '#application/installation/change-app-config.ts'
import type { InspectInstallation } from '#application/installation/inspect-installation.ts'
import type { ReadAppConfig } from '#application/installation/read-app-config.ts'
import type { RotateKeys } from '#application/installation/rotate-keys.ts'
import type { AcceptWebhook } from '#application/intake/accept-webhook.ts'
import type { AnswerHandshake } from '#application/intake/answer-handshake.ts'
import type { FillGaps } from '#application/intake/fill-gaps.ts'
import type { FindGaps } from '#application/intake/find-gaps.ts'
import type { ProcessIntake } from '#application/intake/process-intake.ts'
import type { ReplayIntake } from '#application/intake/replay-intake.ts'
import type { TendIntake } from '#application/intake/tend-intake.ts'
import type { AnnounceUpload } from '#application/media/announce-upload.ts'
import type { DropUploads } from '#application/media/drop-uploads.ts'
import type { FetchMedia } from '#application/media/fetch-media.ts'
import type { FetchUpload } from '#application/media/fetch-upload.ts'
import type { KeepUpload } from '#application/media/keep-upload.ts'
import type { OpenMedia } from '#application/media/open-media.ts'
import type { RemoveMedia } from '#application/media/remove-media.ts'
import type { RetryMedia } from '#application/media/retry-media.ts'
import type { SweepMedia } from '#application/media/sweep-media.ts'
import type { TakeInUpload } from '#application/media/take-in-upload.ts'
import type { UploadFile } from '#application/media/upload-file.ts'
import type { WakeMedia } from '#application/media/wake-media.ts'
import type { AnswerComment } from '#application/messages/answer-comment.ts'
import type { DeliverConversation } from '#application/messages/deliver-conversation.ts'
import type { ForgetAnswers } from '#application/messages/forget-answers.ts'
import type { KeepAnswer } from '#application/messages/keep-answer.ts'
import type { ReactToMessage } from '#application/messages/react-to-message.ts'
import type { ReceiveMessage } from '#application/messages/receive-message.ts'
import type { ReportStatus } from '#application/messages/report-status.ts'
import type { RetryMessage } from '#application/messages/retry-message.ts'
import type { SendMessage } from '#application/messages/send-message.ts'
import type { WakeDeliveries } from '#application/messages/wake-deliveries.ts'
import type { ChangeVisitor } from '#application/visitors/change-visitor.ts'
import type { ChooseItem } from '#application/visitors/choose-item.ts'
import type { IntroduceVisitor } from '#application/visitors/introduce-visitor.ts'
import type { NoteReading } from '#application/visitors/note-reading.ts'
import type { DeliverWebhooks } from '#application/webhooks/deliver-webhooks.ts'
import type { RedeliverWebhooks } from '#application/webhooks/redeliver-webhooks.ts'
import type { WakeWebhooks } from '#application/webhooks/wake-webhooks.ts'

/** Everything that Dovecote can do. Reading is `Queries`. */
export interface UseCases {
  // People and their tokens
  readonly createAccount: CreateAccount
  readonly createUser: CreateUser
  readonly addAccountUser: AddAccountUser
  readonly issueUserToken: IssueUserToken
  readonly revokeToken: RevokeToken
  readonly registerPlatformApp: RegisterPlatformApp
  readonly authenticate: Authenticate
  // The installation
  readonly readAppConfig: ReadAppConfig
  readonly changeAppConfig: ChangeAppConfig
  readonly inspectInstallation: InspectInstallation
  readonly rotateKeys: RotateKeys
  // Connecting an inbox
  readonly createInbox: CreateInbox
  readonly changeInbox: ChangeInbox
  readonly revealSecrets: RevealSecrets
  readonly replaceSecret: ReplaceSecret
  readonly startConnection: StartConnection
  readonly completeConnection: CompleteConnection
  readonly adoptToken: AdoptToken
  readonly subscribeWebhooks: SubscribeWebhooks
  readonly refreshCredentials: RefreshCredentials
  readonly refreshCredential: RefreshCredential
  readonly checkSubscriptions: CheckSubscriptions
  readonly watchSilence: WatchSilence
  readonly inspectConnection: InspectConnection
  readonly disconnectInbox: DisconnectInbox
  readonly endSubscription: EndSubscription
  readonly deauthorizeAccount: DeauthorizeAccount
  readonly requestDataDeletion: RequestDataDeletion
  readonly eraseAccount: EraseAccount
  // Leaving nothing of a contact
  readonly eraseContact: EraseContact
  readonly carryOutErasure: CarryOutErasure
  // What comes in
  readonly answerHandshake: AnswerHandshake
  readonly acceptWebhook: AcceptWebhook
  readonly processIntake: ProcessIntake
  readonly replayIntake: ReplayIntake
  readonly tendIntake: TendIntake
  readonly findGaps: FindGaps
  readonly fillGaps: FillGaps
  readonly fetchProfile: FetchProfile
  readonly refreshProfiles: RefreshProfiles
  // Files that belong to messages and people
  readonly fetchMedia: FetchMedia
  readonly wakeMedia: WakeMedia
  readonly retryMedia: RetryMedia
  readonly openMedia: OpenMedia
  readonly removeMedia: RemoveMedia
  readonly sweepMedia: SweepMedia
  readonly uploadFile: UploadFile
  readonly dropUploads: DropUploads
  readonly keepUpload: KeepUpload
  readonly fetchUpload: FetchUpload
  readonly announceUpload: AnnounceUpload
  readonly takeInUpload: TakeInUpload
  // What the account's own software brings
  readonly createContact: CreateContact
  readonly enterInbox: EnterInbox
  readonly mergeContacts: MergeContacts
  readonly startConversation: StartConversation
  readonly receiveMessage: ReceiveMessage
  readonly reportStatus: ReportStatus
  // What customers do in their own apps
  readonly introduceVisitor: IntroduceVisitor
  readonly changeVisitor: ChangeVisitor
  readonly resolveConversation: ResolveConversation
  readonly noteReading: NoteReading
  readonly chooseItem: ChooseItem
  // What goes out
  readonly sendMessage: SendMessage
  readonly retryMessage: RetryMessage
  readonly answerComment: AnswerComment
  readonly reactToMessage: ReactToMessage
  readonly showTyping: ShowTyping
  readonly seeConversation: SeeConversation
  readonly deliverConversation: DeliverConversation
  readonly wakeDeliveries: WakeDeliveries
  readonly keepAnswer: KeepAnswer
  readonly forgetAnswers: ForgetAnswers
  // What the account's own software is told
  readonly deliverWebhooks: DeliverWebhooks
  readonly wakeWebhooks: WakeWebhooks
  readonly redeliverWebhooks: RedeliverWebhooks
}
