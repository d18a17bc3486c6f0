import { expect } from 'vitest'

/** What a webhook body ends as: the kind and state in the intake log, and what people see of it. */
export interface Expected {
  readonly kind: string
  readonly state: 'done' | 'parked' | 'unknown'
  readonly reason?: string
  /** The message that it made. */
  readonly message?: {
    readonly type?: 'incoming' | 'outgoing'
    readonly content?: string | null
    readonly attributes?: object
    readonly files?: readonly string[]
  }
  /** What it made of the message that it names, which the test sends first (`as` the business for receipts). */
  readonly parent?: {
    readonly as: 'contact' | 'business'
    readonly content?: string
    readonly status?: string
    readonly attributes?: object
  }
}

const message = (files: readonly string[], attributes: object = {}): Expected => ({
  kind: 'message-received',
  state: 'done',
  message: { files, attributes },
})
const text: Expected = message([])
const comment: Expected = { kind: 'comment-received', state: 'done' }
const hidden = message(['fallback'], { is_unsupported: true })
const seen: Expected = { kind: 'message-read', state: 'done', parent: { as: 'business', status: 'read' } }
const edited: Expected = { kind: 'message-edited', state: 'done', parent: { as: 'contact' } }
const unsent: Expected = {
  kind: 'message-retracted',
  state: 'done',
  parent: { as: 'contact', content: 'This message was deleted', attributes: { deleted: true } },
}
const test: Expected = { kind: 'test-event', state: 'parked', reason: 'review_inbox.unset' }
const reacted: Expected = {
  kind: 'reaction-changed',
  state: 'done',
  parent: { as: 'contact', attributes: { reactions: [{ emoji: '❤️', sender: 'contact' }] } },
}
const unreacted: Expected = { kind: 'reaction-changed', state: 'done', parent: { as: 'contact', attributes: { reactions: [] } } }
const reply: Expected = { ...message([], { in_reply_to_external_id: expect.any(String) }), parent: { as: 'contact' } }
const storyReply = message(['ig_story'], { story_id: expect.anything() })
const postback: Expected = {
  kind: 'postback-pressed',
  state: 'done',
  message: { attributes: { postback: { payload: expect.any(String) } } },
}
const echo = (files: readonly string[]): Expected => ({
  kind: 'message-echoed',
  state: 'done',
  message: { type: 'outgoing', files, attributes: { external_echo: true } },
})
const referral: Expected = { kind: 'referral-received', state: 'done' }

/** By the name of the file, without `.json`. The first of these that fits the name's end counts. */
export const table: Readonly<Record<string, Expected>> = {
  // The project's own
  text: { ...text, message: { content: 'Is the blue one still there?' } },
  'text-time-in-seconds': text,
  'standby-text': text,
  'text-in-changes': text,
  image: message(['image']),
  audio: message(['audio']),
  video: message(['video']),
  file: message(['file']),
  'two-images': message(['image', 'image']),
  heart: { ...text, message: { content: '❤️', files: [] } },
  share: message(['share']),
  'post-as-both': message(['ig_post']),
  reel: message(['ig_reel']),
  story: message(['ig_story']),
  'story-mention': message(['story_mention']),
  'story-reply': storyReply,
  reply,
  'quick-reply': message([], { postback: { payload: 'SIZE_L' } }),
  postback: { ...postback, message: { ...postback.message, content: 'Opening hours' } },
  'postback-without-mid': postback,
  'ad-referral': message([], { referral: { ref: 'spring' } }),
  ephemeral: hidden,
  unsupported: message([], { is_unsupported: true }),
  unsend: unsent,
  echo: echo([]),
  reaction: reacted,
  unreact: unreacted,
  seen,
  'seen-without-ends': seen,
  edit: { ...edited, parent: { as: 'contact', content: 'Corrected', attributes: { edits: [{ content: 'Corrected' }] } } },
  referral,
  optin: referral,
  'pass-thread-control': { kind: 'thread-control-changed', state: 'done' },
  'comment-flat': comment,
  'comment-in-changes': comment,
  'dashboard-test': test,
  'unknown-attachment': message(['fallback']),
  'unknown-item': { kind: 'unknown', state: 'unknown', reason: 'item.not_understood' },

  // Payloads of third parties, where they are present
  'ig-webhook-chatwoot-ig-post': message(['ig_post']),
  'ig-webhook-chatwoot-ig-reel': message(['ig_reel']),
  'ig-webhook-chatwoot-ig-story': message(['ig_story']),
  'ig-webhook-chatwoot-is-unsupported': message([], { is_unsupported: true }),
  'ig-webhook-chatwoot-reply-to-mid': reply,
  'ig-webhook-chatwoot-seen': seen,
  'ig-webhook-chatwoot-share': message(['share']),
  'ig-webhook-chatwoot-standby': text,
  'ig-webhook-chatwoot-story-mention': message(['story_mention']),
  'ig-webhook-chatwoot-story-reply': storyReply,
  'ig-webhook-chatwoot-text': text,
  'ig-webhook-chatwoot-unsend': unsent,
  'ig-webhook-comments-changes-observed': comment,
  'ig-webhook-courier-echo': echo([]),
  'ig-webhook-courier-image-attachment': message(['image']),
  'ig-webhook-courier-is-deleted': unsent,
  'ig-webhook-courier-like-heart': { ...text, message: { content: '❤️', files: [] } },
  'ig-webhook-courier-postback-icebreaker': postback,
  'ig-webhook-courier-text': text,
  'ig-webhook-dashboard-test-changes': test,
  'ig-webhook-dashboard-test-messaging': test,
  'ig-webhook-docs-comments-fblogin-changes': comment,
  'ig-webhook-docs-comments-iglogin-flat': comment,
  'ig-webhook-docs-ephemeral': hidden,
  'ig-webhook-docs-mentions-comment': comment,
  'ig-webhook-docs-mentions-media': comment,
  'ig-webhook-docs-message-ad-referral': message([], { referral: { source: 'ADS' } }),
  'ig-webhook-docs-message-edit': edited,
  'ig-webhook-docs-postback': postback,
  'ig-webhook-docs-quick-reply': message([], { postback: { payload: expect.any(String) } }),
  'ig-webhook-docs-reaction-react': reacted,
  'ig-webhook-docs-reaction-unreact': unreacted,
  'ig-webhook-docs-referral-igme': referral,
  'ig-webhook-docs-seen': seen,
  'ig-webhook-docs-self-comment': comment,
  'ig-webhook-docs-share-and-ig-post': message(['ig_post']),
  'ig-webhook-docs-share-only': message(['share']),
  'ig-webhook-docs-story-reply': storyReply,
  'ig-webhook-real-audio': message(['audio']),
  'ig-webhook-real-echo-text': echo([]),
  'ig-webhook-real-image': message(['image']),
  'ig-webhook-real-is-unsupported': message([], { is_unsupported: true }),
  'ig-webhook-real-read-with-sender': seen,
  'ig-webhook-real-standby-text': text,
  'ig-webhook-real-text': text,
  incoming_fb_text_message: text,
  incoming_ig_text_message: text,
  instagram_ig_post_event: message(['ig_post']),
  instagram_ig_story_event: message(['ig_story']),
  instagram_message_attachment_event: message(['share']),
  instagram_message_create_event: text,
  instagram_message_reply_event: reply,
  instagram_message_standby_event: text,
  instagram_message_unsend_event: unsent,
  instagram_message_unsupported_event: message([], { is_unsupported: true }),
  instagram_shared_reel_event: message(['ig_reel']),
  instagram_story_mention_event: message(['story_mention']),
  // Its ends are not swapped, as in a real echo they are: the account is the one that the entry does not name either.
  instagram_story_mention_event_with_echo: echo(['story_mention']),
  instagram_story_reply_event: storyReply,
  instagram_test_event: test,
  instagram_test_text_event: test,
  message_deliveries: { kind: 'unknown', state: 'unknown', reason: 'item.not_understood' },
  message_reads: { kind: 'unknown', state: 'unknown', reason: 'item.not_understood' },
  messaging_seen_event: seen,
  mocked_message_text: text,
}
