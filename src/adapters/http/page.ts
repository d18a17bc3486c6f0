import type { Context } from 'hono'
import { html, raw } from 'hono/html'

const style =
  'body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1.25rem;color:#1b2027;background:#fff}' +
  'h1{font-size:1.5rem;line-height:1.25}a{color:#0b57c2}' +
  '@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#16191d}a{color:#8ab4f8}}'

/** SHA-256 of the style, the only thing that a page may use; a test recomputes it. */
const styleHash = 'sha256-jHzHVdCk4601quMJv0l5WpskvtAdTm+7JVvgdf8iNQw='

const contentSecurityPolicy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** For answers that a browser shows or follows: nothing is loaded, framed, remembered or passed on. */
export const secureForBrowsers = (c: Context): void => {
  c.header('Content-Security-Policy', contentSecurityPolicy)
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Cache-Control', 'no-store')
}

export interface Page {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly link?: { readonly href: string; readonly text: string }
}

/** A page for people. Every text in it is escaped. */
export const sendPage = (c: Context, { title, paragraphs, link }: Page, status: 200 | 400 | 404 = 200): Response | Promise<Response> => {
  secureForBrowsers(c)
  return c.html(
    html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${raw(style)}</style></head>
<body><main>
<h1>${title}</h1>
${paragraphs.map((paragraph) => html`<p>${paragraph}</p>\n`)}${link ? html`<p><a href="${link.href}">${link.text}</a></p>` : ''}
</main></body>
</html>`,
    status,
  )
}
