import { describe, expect, test } from 'vitest'
import { createRenderTemplate } from '../../../src/adapters/liquid/render-template.ts'
import type { Variables } from '../../../src/domain/message/variables.ts'
import { fc } from '../../support/properties.ts'

const render = createRenderTemplate()

const variables: Variables = {
  contact: {
    name: 'Ada {{ agent.email }}',
    first_name: 'Ada',
    last_name: '',
    email: null,
    custom_attribute: { size: 'M', shop: { city: 'Kiel' }, n: 3 },
  },
  agent: { name: 'Tess', email: 'tess@shop.example' },
  conversation: { display_id: 7 },
  inbox: { id: 5, name: 'Loft' },
  account: { name: 'Shop' },
}

describe('a template', () => {
  test.each([
    ['Hi {{contact.first_name}}, this is {{ agent.name }} of {{ inbox.name }}.', 'Hi Ada, this is Tess of Loft.'],
    ['#{{ conversation.display_id }} {{ account.name }}', '#7 Shop'],
    ['{{ contact.email }}{{ contact.nothing }}{{ nobody.at.all }}', ''],
    ['{{ contact.email | default: "none" }}', 'none'],
    [
      '{{ contact.custom_attribute.size }} {{ contact.custom_attribute["n"] | plus: 1 }} {{ contact.custom_attribute.shop.city }}',
      'M 4 Kiel',
    ],
    ['{% if contact.last_name == "" %}Ada alone{% else %}both{% endif %}', 'Ada alone'],
    ['{% unless contact.email %}-{% endunless %}{% case inbox.id %}{% when 5 %}five{% endcase %}', '-five'],
    ['{% assign who = contact.first_name | upcase %}{{ who }}, {{ who | downcase | capitalize }}', 'ADA, Ada'],
    ['{{ "a b c" | split: " " | join: "-" }} {{ "x" | append: "y" | replace: "y", "z" }}', 'a-b-c xz'],
    ['{% raw %}{{ contact.name }}{% endraw %}{% comment %}no{% endcomment %}', '{{ contact.name }}'],
  ])('%s', (text, told) => {
    expect(render(text, variables)).toBe(told)
  })

  test('what a variable holds is said as it is', () => {
    expect(render('Hi {{ contact.name }}!', variables)).toBe('Hi Ada {{ agent.email }}!')
  })

  test('code stays as it is written', () => {
    expect(render('Write `{{ contact.name }}` for {{ contact.first_name }}, ``, `{% if`', variables)).toBe(
      'Write `{{ contact.name }}` for Ada, ``, `{% if`',
    )
    const ended = '`{% endraw %}{{ agent.email }}` {{ contact.first_name }}'
    expect(render(ended, variables)).toBe(ended)
  })
})

describe('stays as it is', () => {
  test.each([
    'Hi {{ contact.name',
    'Hi {% if %}',
    'Hi {% if contact.name %}',
    '{% nothing %}',
    '{{ contact.name | nothing }}',
    '{% include "a" %}',
    '{% render "/etc/passwd" %}',
    '{% layout "a" %}',
    '{% for n in (1..1000000000) %}x{% endfor %}',
    '{% tablerow n in (1..9) %}x{% endtablerow %}',
    '{% capture a %}x{% endcapture %}',
    '{% increment n %}',
    '{% liquid\nassign a = 1 %}',
    '{{ (1..1000000000) | join: "x" }}',
    '{{ "now" | date: "%999999999d" }}',
    '{{ contact | json }}',
    '{{ contact.name | where_exp: "x", "x" }}',
    '{{ "x" | append: "y" ',
    `${'{{ a }}'.repeat(201)}`,
    '{'.repeat(150_000),
    `{${'{%'.repeat(75_000)}`,
    `{{${' '.repeat(149_000)}`,
    `{{ a${'.b'.repeat(70_000)}`,
    `{{ ${'('.repeat(140_000)} }}`,
    `{{ contact.name ${'| upcase '.repeat(12_000)}`,
  ])('%.60s', (text) => {
    expect(render(text, variables)).toBe(text)
  })

  test('what grows beyond all bounds', () => {
    const doubled = `{% assign a = "0123456789" %}${'{% assign a = a | append: a %}'.repeat(60)}{{ a }}`
    expect(render(doubled, variables)).toBe(doubled)
    const replaced = `{{ "${'a'.repeat(50_000)}" | replace: "a", "${'b'.repeat(50_000)}" }}`
    expect(render(replaced, variables)).toBe(replaced)
    const large = { ...variables, contact: { custom_attribute: { note: 'x'.repeat(16_000) } } }
    const repeated = '{{ contact.custom_attribute.note }}'.repeat(10)
    expect(render(repeated, large)).toBe(repeated)
  })

  test('nothing is reached but what a variable has of its own', () => {
    for (const path of [
      'constructor',
      '__proto__',
      'toString',
      'constructor.constructor',
      'name.constructor',
      'custom_attribute.__proto__.x',
    ])
      expect(render(`[{{ contact.${path} }}]`, variables)).toBe('[]')
    expect(render('[{{ contact["constructor"]["name"] }}][{{ process.env.HOME }}][{{ globalThis }}]', variables)).toBe('[][][]')
  })
})

test('anything is answered with a text, and soon', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '`',
    'if',
    'endif',
    ' contact.name ',
    '|',
    'append:',
    '"',
    "'",
    '(1..9)',
    'raw',
    'endraw',
    '-',
    ' ',
    'x',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(typeof render(pieces.join(''), variables)).toBe('string')
    }),
  )
})
