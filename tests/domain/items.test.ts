import { describe, expect, test } from 'vitest'
import { instagramLimits } from '#channels/instagram/limits.ts'
import { type Card, checkItems, type Items } from '#domain/message/items.ts'

const check = (items: Items, content = 'Well?') => {
  const checked = checkItems(items, content, instagramLimits)
  return checked.ok ? 'ok' : checked.error
}

const choice = (title: string) => ({ title, payload: 'p' })
const button = (title = 'Buy') => ({ title, payload: 'p' })
const card = (changes: Partial<Card> = {}): Card => ({ title: 'Jar', text: 'Of honey', imageUrl: null, buttons: [button()], ...changes })

describe('what Instagram shows beside text and files', () => {
  test.each<[string, Items, ReturnType<typeof check>]>([
    ['13 choices', { choices: Array(13).fill(choice('Yes')) }, 'ok'],
    ['14 choices', { choices: Array(14).fill(choice('Yes')) }, { code: 'message.too_many_items', limit: 13 }],
    ['a choice of 20 characters', { choices: [choice('🫙'.repeat(20))] }, 'ok'],
    ['a choice of 21', { choices: [choice('x'.repeat(21))] }, { code: 'message.item_too_long', limit: 20, text: 'x'.repeat(21) }],
    ['10 cards', { cards: Array(10).fill(card()) }, 'ok'],
    ['11 cards', { cards: Array(11).fill(card()) }, { code: 'message.too_many_items', limit: 10 }],
    ['a card of 80 characters', { cards: [card({ title: 'x'.repeat(80), text: 'y'.repeat(80) })] }, 'ok'],
    ['a title of 81', { cards: [card({ title: 'x'.repeat(81) })] }, { code: 'message.item_too_long', limit: 80, text: 'x'.repeat(81) }],
    ['a text of 81', { cards: [card({ text: 'y'.repeat(81) })] }, { code: 'message.item_too_long', limit: 80, text: 'y'.repeat(81) }],
    ['a text with buttons alone, 640', { cards: [card({ title: 'x'.repeat(640), text: null })] }, 'ok'],
    [
      'the same with 641',
      { cards: [card({ title: 'x'.repeat(641), text: null })] },
      { code: 'message.item_too_long', limit: 640, text: 'x'.repeat(641) },
    ],
    ['3 buttons', { cards: [card({ buttons: Array(3).fill(button()) })] }, 'ok'],
    ['4 buttons', { cards: [card({ buttons: Array(4).fill(button()) })] }, { code: 'message.too_many_buttons', limit: 3 }],
    [
      'a button of 21',
      { cards: [card({ buttons: [button('x'.repeat(21))] })] },
      { code: 'message.item_too_long', limit: 20, text: 'x'.repeat(21) },
    ],
  ])('%s', (_, items, expected) => expect(check(items)).toEqual(expected))

  test('a heart, and no other sign', () => {
    expect(check({ isSticker: true }, '❤️')).toBe('ok')
    expect(check({ isSticker: true }, '👍')).toEqual({ code: 'message.content_type_unsupported' })
  })
})

test('a channel that shows none of it says so', () => {
  for (const items of [{ choices: [choice('Yes')] }, { cards: [card()] }, { isSticker: true }] as const) {
    expect(checkItems(items, '❤️', { textBytes: 1 })).toEqual({ ok: false, error: { code: 'message.content_type_unsupported' } })
  }
})
