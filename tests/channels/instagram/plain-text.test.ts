import { describe, expect, test } from 'vitest'
import { plainText } from '#channels/instagram/plain-text.ts'
import { fc } from '../../support/properties.ts'

describe('markdown as agents write it', () => {
  test.each([
    ['emphasis', '**Yes**, _really_, ***really***, ~~no~~', 'Yes, really, really, no'],
    ['a link', 'See [our shop](https://shop.example/a_b_c) today', 'See our shop: https://shop.example/a_b_c today'],
    [
      'a link that shows itself',
      '[https://shop.example](https://shop.example) <https://a.example>',
      'https://shop.example https://a.example',
    ],
    ['a link with a title', '[here](https://shop.example "until six")', 'here until six: https://shop.example'],
    ['an address of mail', '[a@shop.example](mailto:a@shop.example)', 'a@shop.example'],
    ['a picture', '![Jar](https://shop.example/jar.png)', 'Jar: https://shop.example/jar.png'],
    ['bold words in a link', '[**our** shop](https://shop.example)', 'our shop: https://shop.example'],
    ['lists', '* **one**\n* two\n  * three\n\nend', '- one\n- two\n  - three\n\nend'],
    ['a numbered list', '3. `a`\n4. b\n   - c', '3. a\n4. b\n   - c'],
    ['a list with air', '- *a*\n\n- b\n', '- a\n\n- b\n'],
    ['things to do', '- [ ] **a**\n- [x] b', '- [ ] a\n- [x] b'],
    ['a heading', '# Prices\n\n**5** each', 'Prices\n\n5 each'],
    ['a quote', '> *so*\n> it is\n\nyes', 'so\nit is\n\nyes'],
    ['code', 'Type `npm i` or\n```sh\nnpm  ci\n```\nthen wait', 'Type npm i or\nsh\nnpm  ci\nthen wait'],
    ['escaped signs', '1\\. snake\\_case \\*', '1. snake_case *'],
    ['line breaks', '**a**  \nb\\\nc', 'a\nb\nc'],
    ['many lines', '**Hi** Anna,\n\n\nyour order.\n', 'Hi Anna,\n\n\nyour order.\n'],
  ])('%s', (_, markdown, plain) => expect(plainText(markdown)).toBe(plain))

  const says = fc.array(fc.constantFrom(...'ab1ü日 \n*_~`#>-+.)(]![\\|:<', '**', '```', '\n\n', '](https://x.example)', '  '), {
    maxLength: 60,
  })

  test('never loses a letter or a digit, whatever the signs around it', () => {
    const letters = (text: string): readonly string[] => text.match(/[\p{L}\p{N}]/gu) ?? []
    fc.assert(
      fc.property(says, (pieces) => {
        const text = pieces.join('')
        const left = letters(plainText(text))
        let at = 0
        for (const letter of letters(text)) {
          at = left.indexOf(letter, at) + 1
          expect(at, text).toBeGreaterThan(0)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('something stays something', () => {
    fc.assert(fc.property(says, (pieces) => void expect(plainText(pieces.join('')).trim() === '').toBe(pieces.join('').trim() === '')))
  })
})

describe('a text without markdown stays as it is', () => {
  test.each([
    'snake_case and 2*3*4 = 24',
    'x > 5 and y < 3',
    '#1 in town, see #12',
    '~5 to ~7 euros',
    '- a\n- b\n1) c\n2. d',
    'Total\n-----\n5',
    '***',
    '  indented\n\n\tand tabbed  \n',
    'https://shop.example/a_b_c?x=*&y=~',
    'a & b &amp; c',
    '<b>tag</b>',
    '*not closed',
    'ends with a * star',
    '(ノ◕ヮ◕)ノ',
    '+49 30 123456',
    '| a | b |',
  ])('%j', (text) => expect(plainText(text)).toBe(text))

  test('and so does any that has none of its signs', () => {
    const free = fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.replace(/[*_~`#>[\\<]/g, ''))
    fc.assert(fc.property(free, (text) => void expect(plainText(text)).toBe(text)))
  })

  test.each([
    ['long', '*a'.repeat(6000)],
    ['deep', '> '.repeat(5000)],
    ['nested', `${Array.from({ length: 90 }, (_, n) => `${' '.repeat(2 * n)}- **a**\n`).join('')}`],
    ['full of signs', '*_'.repeat(5000)],
    ['open', '[![a'.repeat(2000)],
  ])('one that is too %s ends in good time', (_, text) => expect(plainText(text).length).toBeGreaterThan(0))
})
