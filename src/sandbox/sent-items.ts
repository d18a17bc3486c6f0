import { refusal } from './errors.ts'
import { isObject } from './json.ts'

/** What the app sends beside text and files: quick replies and templates, with the platform's limits. */

const QUICK_REPLIES = 13
const QUICK_REPLY_TITLE = 20
const ELEMENTS = 10
const ELEMENT_TEXT = 80
const BUTTONS = 3
const BUTTON_TITLE = 20
const BUTTON_TEXT = 640

const isText = (value: unknown, max: number): boolean => typeof value === 'string' && value !== '' && [...value].length <= max

const require = (is: boolean, message: string): void => {
  if (!is) throw refusal('invalid', `(#100) ${message}`)
}

export const checkQuickReplies = (replies: unknown): void => {
  if (replies === undefined) return
  if (!Array.isArray(replies)) throw refusal('invalid', '(#100) quick_replies has to be a list')
  require(replies.length > 0 && replies.length <= QUICK_REPLIES, `quick_replies has to have 1 to ${QUICK_REPLIES} entries`)
  for (const reply of replies) {
    const fits = isObject(reply) && reply.content_type === 'text' && isText(reply.title, QUICK_REPLY_TITLE) && isText(reply.payload, 1000)
    require(fits, 'A quick reply needs content_type, a title of up to 20 characters and a payload')
  }
}

const checkButtons = (buttons: unknown, least: number): void => {
  const list: unknown[] = Array.isArray(buttons) ? buttons : []
  require(list.length >= least && list.length <= BUTTONS, `There have to be ${least} to ${BUTTONS} buttons`)
  for (const button of list) {
    const target = isObject(button) && (button.type === 'web_url' ? URL.canParse(String(button.url)) : isText(button.payload, 1000))
    const known = isObject(button) && ['web_url', 'postback'].includes(String(button.type)) && isText(button.title, BUTTON_TITLE)
    require(known && target, 'A button needs a type, a title of up to 20 characters, and a url or a payload')
  }
}

const checkElement = (element: unknown): void => {
  if (!isObject(element)) throw refusal('invalid', '(#100) An element has to be an object')
  const { title, subtitle, image_url, buttons } = element
  require(isText(title, ELEMENT_TEXT), 'An element needs a title of up to 80 characters')
  require(subtitle === undefined || isText(subtitle, ELEMENT_TEXT), 'A subtitle has up to 80 characters')
  require(image_url === undefined || URL.canParse(String(image_url)), 'image_url is no address')
  checkButtons(buttons, buttons === undefined ? 0 : 1)
}

export const checkTemplate = ({ template_type, elements, text, buttons }: Record<string, unknown>): void => {
  if (template_type === 'button') {
    require(isText(text, BUTTON_TEXT), 'The text of a button template has up to 640 characters')
    checkButtons(buttons, 1)
    return
  }
  require(template_type === 'generic', 'Unknown template_type')
  const list: unknown[] = Array.isArray(elements) ? elements : []
  require(list.length > 0 && list.length <= ELEMENTS, `There have to be 1 to ${ELEMENTS} elements`)
  for (const element of list) checkElement(element)
}
