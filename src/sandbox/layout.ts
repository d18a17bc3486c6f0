import { html, raw } from 'hono/html'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8884; --accent: #7048e8; }
body { margin: 0 auto; max-width: 42rem; padding: 1.5rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0; } small, .dim { opacity: .65; }
.card { border: 1px solid var(--line); border-radius: 14px; padding: 1rem 1.25rem; margin: 1rem 0; }
fieldset { border: 1px solid var(--line); border-radius: 10px; margin: 0 0 1rem; } label { display: block; padding: .2rem 0; }
input[type=text] { flex: 1; min-width: 0; padding: .55rem .8rem; border: 1px solid var(--line); border-radius: 999px; font: inherit; }
button { padding: .5rem 1.1rem; border: 0; border-radius: 999px; background: var(--accent); color: #fff; font: inherit; cursor: pointer; }
button.quiet { background: #8883; color: inherit; } form.row { display: flex; gap: .5rem; margin: .6rem 0; }
.error { color: #e03131; } .thread { display: flex; flex-direction: column; gap: .4rem; min-height: 12rem; }
.bubble { max-width: 75%; padding: .45rem .85rem; border-radius: 18px; background: #8882; overflow-wrap: anywhere; } .text { white-space: pre-wrap; }
.bubble.mine { align-self: flex-end; background: var(--accent); color: #fff; } .bubble.theirs { align-self: flex-start; }
.bubble img { max-width: 100%; border-radius: 10px; } .meta { display: block; font-size: .75rem; opacity: .7; }
`

/** The frame of every page. */
export const page = (title: string, body: unknown) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Instagram sandbox</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`
