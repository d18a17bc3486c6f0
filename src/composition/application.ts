import { createAddAccountUser } from '#application/accounts/add-account-user.ts'
import { createAuthenticate } from '#application/accounts/authenticate.ts'
import { createCreateAccount } from '#application/accounts/create-account.ts'
import { createCreateUser } from '#application/accounts/create-user.ts'
import { createIssueUserToken } from '#application/accounts/issue-user-token.ts'
import { createRegisterPlatformApp } from '#application/accounts/register-platform-app.ts'
import { createRevokeToken } from '#application/accounts/revoke-token.ts'
import { createCarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import { createCreateContact } from '#application/contacts/create-contact.ts'
import { createEnterInbox } from '#application/contacts/enter-inbox.ts'
import { createEraseContact } from '#application/contacts/erase-contact.ts'
import { createFetchProfile } from '#application/contacts/fetch-profile.ts'
import { createMergeContacts } from '#application/contacts/merge-contacts.ts'
import { createRefreshProfiles } from '#application/contacts/refresh-profiles.ts'
import { createResolveConversation } from '#application/conversations/resolve-conversation.ts'
import { createSeeConversation } from '#application/conversations/see-conversation.ts'
import { createShowTyping } from '#application/conversations/show-typing.ts'
import { createStartConversation } from '#application/conversations/start-conversation.ts'
import { createAdoptToken } from '#application/inboxes/adopt-token.ts'
import { createChangeInbox } from '#application/inboxes/change-inbox.ts'
import { createCheckSubscriptions } from '#application/inboxes/check-subscriptions.ts'
import { createCompleteConnection } from '#application/inboxes/complete-connection.ts'
import { createCreateInbox } from '#application/inboxes/create-inbox.ts'
import { createDeauthorizeAccount } from '#application/inboxes/deauthorize-account.ts'
import { createDisconnectInbox } from '#application/inboxes/disconnect-inbox.ts'
import { createEndSubscription } from '#application/inboxes/end-subscription.ts'
import { createEraseAccount } from '#application/inboxes/erase-account.ts'
import { createInspectConnection } from '#application/inboxes/inspect-connection.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createRefreshCredential } from '#application/inboxes/refresh-credential.ts'
import { createRefreshCredentials } from '#application/inboxes/refresh-credentials.ts'
import { createReplaceSecret } from '#application/inboxes/replace-secret.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { createRequestDataDeletion } from '#application/inboxes/request-data-deletion.ts'
import { createRevealSecrets } from '#application/inboxes/reveal-secrets.ts'
import { createSaveConnection } from '#application/inboxes/save-connection.ts'
import { createStartConnection } from '#application/inboxes/start-connection.ts'
import { createSubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import { createWatchSilence } from '#application/inboxes/watch-silence.ts'
import { createChangeAppConfig } from '#application/installation/change-app-config.ts'
import { createInspectInstallation } from '#application/installation/inspect-installation.ts'
import { createReadAppConfig } from '#application/installation/read-app-config.ts'
import { createRotateKeys } from '#application/installation/rotate-keys.ts'
import { createAcceptWebhook } from '#application/intake/accept-webhook.ts'
import { createAnswerHandshake } from '#application/intake/answer-handshake.ts'
import { createApplyEvents } from '#application/intake/apply-events.ts'
import { createFillGaps } from '#application/intake/fill-gaps.ts'
import { createFindGaps } from '#application/intake/find-gaps.ts'
import { createProcessIntake } from '#application/intake/process-intake.ts'
import { createReadArrivals, createReadArrivalsIn } from '#application/intake/read-arrivals.ts'
import { createReplayIntake } from '#application/intake/replay-intake.ts'
import { createTendIntake } from '#application/intake/tend-intake.ts'
import { createAnnounceUpload } from '#application/media/announce-upload.ts'
import { createDropUploads } from '#application/media/drop-uploads.ts'
import { createFetchMedia } from '#application/media/fetch-media.ts'
import { createFetchUpload } from '#application/media/fetch-upload.ts'
import { createKeepUpload } from '#application/media/keep-upload.ts'
import { createOpenFile } from '#application/media/open-file.ts'
import { createOpenMedia } from '#application/media/open-media.ts'
import { createRemoveMedia } from '#application/media/remove-media.ts'
import { createRetryMedia } from '#application/media/retry-media.ts'
import { createSweepMedia } from '#application/media/sweep-media.ts'
import { createTakeInUpload } from '#application/media/take-in-upload.ts'
import { createUploadFile } from '#application/media/upload-file.ts'
import { createWakeMedia } from '#application/media/wake-media.ts'
import { createAnswerComment } from '#application/messages/answer-comment.ts'
import { createDeliverConversation } from '#application/messages/deliver-conversation.ts'
import { createForgetAnswers } from '#application/messages/forget-answers.ts'
import { createKeepAnswer } from '#application/messages/keep-answer.ts'
import { createReactToMessage } from '#application/messages/react-to-message.ts'
import { createReceiveMessage } from '#application/messages/receive-message.ts'
import { createReportStatus } from '#application/messages/report-status.ts'
import { createRetryMessage } from '#application/messages/retry-message.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import { createWakeDeliveries } from '#application/messages/wake-deliveries.ts'
import { createChangeVisitor } from '#application/visitors/change-visitor.ts'
import { createChooseItem } from '#application/visitors/choose-item.ts'
import { createIntroduceVisitor } from '#application/visitors/introduce-visitor.ts'
import { createNoteReading } from '#application/visitors/note-reading.ts'
import { createDeliverWebhooks } from '#application/webhooks/deliver-webhooks.ts'
import { createRedeliverWebhooks } from '#application/webhooks/redeliver-webhooks.ts'
import { createWakeWebhooks } from '#application/webhooks/wake-webhooks.ts'
import { bind, type Container, get } from '#composition/container.ts'
import { T } from '#composition/tokens.ts'

export const bindApplication = (c: Container): void => {
  bind(c, T.OpenAccess, (c) => createOpenAccess({ unitOfWork: get(c, T.UnitOfWork), vault: get(c, T.Vault), clock: get(c, T.Clock) }))
  bind(c, T.ReportRefusal, (c) => createReportRefusal({ unitOfWork: get(c, T.UnitOfWork), clock: get(c, T.Clock) }))
  bind(c, T.SubscribeWebhooks, (c) => createSubscribeWebhooks(shared(c)))
  bind(c, T.SaveConnection, (c) => createSaveConnection({ ...shared(c), subscribeWebhooks: get(c, T.SubscribeWebhooks) }))
  bind(c, T.UseCases, (c) => {
    const all = { ...shared(c), saveConnection: get(c, T.SaveConnection) }
    const endSubscription = createEndSubscription(all)
    return {
      ...createPeopleUseCases(all),
      createAccount: createCreateAccount(all),
      createUser: createCreateUser(all),
      addAccountUser: createAddAccountUser(all),
      issueUserToken: createIssueUserToken(all),
      revokeToken: createRevokeToken(all),
      registerPlatformApp: createRegisterPlatformApp(all),
      authenticate: createAuthenticate(all),
      readAppConfig: createReadAppConfig(all),
      changeAppConfig: createChangeAppConfig(all),
      inspectInstallation: createInspectInstallation(all),
      createInbox: createCreateInbox(all),
      changeInbox: createChangeInbox(all),
      startConnection: createStartConnection(all),
      completeConnection: createCompleteConnection(all),
      adoptToken: createAdoptToken(all),
      subscribeWebhooks: get(c, T.SubscribeWebhooks),
      refreshCredentials: createRefreshCredentials(all),
      refreshCredential: createRefreshCredential(all),
      rotateKeys: createRotateKeys(all),
      checkSubscriptions: createCheckSubscriptions(all),
      watchSilence: createWatchSilence(all),
      inspectConnection: createInspectConnection(all),
      disconnectInbox: createDisconnectInbox({ ...all, endSubscription }),
      endSubscription,
      deauthorizeAccount: createDeauthorizeAccount(all),
      requestDataDeletion: createRequestDataDeletion(all),
      eraseAccount: createEraseAccount(all),
      answerHandshake: createAnswerHandshake(all),
      acceptWebhook: createAcceptWebhook(all),
      processIntake: createProcessIntake({ ...all, readArrivals: createReadArrivals(all), applyEvents: createApplyEvents(all) }),
      replayIntake: createReplayIntake(all),
      tendIntake: createTendIntake({ ...all, retention: get(c, T.RawRetention) }),
      ...createMediaUseCases(all),
      ...createGestureUseCases(all),
      ...createBridgeUseCases(all),
      sendMessage: createSendMessage(all),
      retryMessage: createRetryMessage(all),
      keepAnswer: createKeepAnswer(all),
      forgetAnswers: createForgetAnswers(all),
      deliverConversation: createDeliverConversation({ ...all, openFile: createOpenFile(all) }),
      wakeDeliveries: createWakeDeliveries(all),
    }
  })
}

const createMediaUseCases = (all: ReturnType<typeof shared>) => ({
  fetchMedia: createFetchMedia(all),
  wakeMedia: createWakeMedia(all),
  retryMedia: createRetryMedia(all),
  openMedia: createOpenMedia(all),
  removeMedia: createRemoveMedia(all),
  sweepMedia: createSweepMedia(all),
  ...createUploadUseCases(all),
})

const createUploadUseCases = (all: ReturnType<typeof shared>) => {
  const [dropUploads, keepUpload] = [createDropUploads(all), createKeepUpload(all)]
  return {
    dropUploads,
    keepUpload,
    uploadFile: createUploadFile({ ...all, dropUploads }),
    fetchUpload: createFetchUpload({ ...all, dropUploads, keepUpload }),
    announceUpload: createAnnounceUpload(all),
    takeInUpload: createTakeInUpload(all),
  }
}

/** What agents do beside answering. */
const createGestureUseCases = (all: ReturnType<typeof shared>) => ({
  answerComment: createAnswerComment(all),
  reactToMessage: createReactToMessage(all),
  showTyping: createShowTyping(all),
  seeConversation: createSeeConversation(all),
})

/** What the account's own software brings, and what it is told. */
const createBridgeUseCases = (all: ReturnType<typeof shared>) => ({
  startConversation: createStartConversation(all),
  receiveMessage: createReceiveMessage(all),
  reportStatus: createReportStatus(all),
  deliverWebhooks: createDeliverWebhooks(all),
  wakeWebhooks: createWakeWebhooks(all),
  redeliverWebhooks: createRedeliverWebhooks(all),
  revealSecrets: createRevealSecrets(all),
  replaceSecret: createReplaceSecret(all),
})

/** Who writes, and what they wrote that did not reach us by itself. */
const createPeopleUseCases = (all: ReturnType<typeof shared>) => ({
  findGaps: createFindGaps(all),
  fillGaps: createFillGaps(all),
  fetchProfile: createFetchProfile(all),
  refreshProfiles: createRefreshProfiles(all),
  ...createVisitorUseCases(all),
  createContact: createCreateContact(all),
  enterInbox: createEnterInbox(all),
  mergeContacts: createMergeContacts(all),
  eraseContact: createEraseContact({ ...all, readArrivals: createReadArrivals(all), readArrivalsIn: createReadArrivalsIn(all) }),
  carryOutErasure: createCarryOutErasure(all),
})

/** What customers do in apps of their own. */
const createVisitorUseCases = (all: ReturnType<typeof shared>) => ({
  introduceVisitor: createIntroduceVisitor(all),
  changeVisitor: createChangeVisitor(all),
  resolveConversation: createResolveConversation(all),
  noteReading: createNoteReading(all),
  chooseItem: createChooseItem(all),
})

/** What use cases may ask for; each declares the few that it needs. */
const shared = (c: Container) => ({
  accessTokens: get(c, T.AccessTokens),
  channels: get(c, T.Channels),
  clock: get(c, T.Clock),
  copies: get(c, T.Copies),
  drawKey: get(c, T.DrawKey),
  gravatar: get(c, T.Gravatar),
  ids: get(c, T.Ids),
  intakeLog: get(c, T.IntakeLog),
  isPolled: get(c, T.IsPolled),
  logger: get(c, T.Logger),
  mac: get(c, T.Mac),
  mediaLinks: get(c, T.MediaLinks),
  md5: get(c, T.Md5),
  mediaStore: get(c, T.MediaStore),
  openAccess: get(c, T.OpenAccess),
  personMarks: get(c, T.PersonMarks),
  posts: get(c, T.Posts),
  queries: get(c, T.Queries),
  renderTemplate: get(c, T.RenderTemplate),
  reportRefusal: get(c, T.ReportRefusal),
  settings: get(c, T.Settings),
  settingSpecs: get(c, T.SettingSpecs),
  settingsStore: get(c, T.SettingsStore),
  shredder: get(c, T.Shredder),
  stateTokens: get(c, T.StateTokens),
  unitOfWork: get(c, T.UnitOfWork),
  uploadIds: get(c, T.UploadIds),
  vault: get(c, T.Vault),
  waitUntil: get(c, T.WaitUntil),
  wakeIntake: get(c, T.WakeIntake),
  webhookBodies: get(c, T.WebhookBodies),
  webhookSigner: get(c, T.WebhookSigner),
})
