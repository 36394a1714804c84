/** How the page of the API looks: the colours and type of the dashboards, without a file of its own to fetch. */
export const DOCS_STYLE = `
:root { color-scheme: light; --ink: #15201d; --ink-2: #46534f; --paper: #f6f5f1; --surface: #fff; --soft: #f1f0ea; --line: #e2e0d7; --accent: #0d6b5c; --focus: #b8630a; --rail: #0c2f29; --get: #0d6b5c; --write: #8a5207; --delete: #a12d1b }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; --ink: #e8eeeb; --ink-2: #b5c2bd; --paper: #0e1513; --surface: #151e1b; --soft: #1c2724; --line: #27332f; --accent: #64cbb5; --focus: #f2c14e; --rail: #0a211d; --get: #64cbb5; --write: #edbd6a; --delete: #f49a87 } }
* { box-sizing: border-box }
body { font: 0.9375rem/1.55 -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', system-ui, Arial, sans-serif; color: var(--ink); background: var(--paper); margin: 0 }
header { background: var(--rail); color: #f2f6f3; padding: 2rem clamp(1rem, 4vw, 3rem) } header a { color: inherit } header p { margin: .5rem 0 0; color: #b4cbc4; max-width: 60rem }
.page { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 2rem; max-width: 78rem; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem }
nav { position: sticky; top: 1.5rem; align-self: start; display: grid; gap: .25rem } nav a { padding: .25rem 0; text-decoration: none }
@media (max-width: 48rem) { .page { grid-template-columns: minmax(0, 1fr) } nav { position: static; display: flex; flex-wrap: wrap; gap: .25rem 1rem } }
h1 { margin: 0; font-size: 1.625rem; letter-spacing: -.015em } h2 { margin: 2.25rem 0 .25rem; font-size: 1.125rem } h2:first-child { margin-top: 0 } h3 { margin: 1rem 0 .35rem; font-size: .84375rem }
a { color: var(--accent); text-underline-offset: .18em } :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px }
.about { margin: 0 0 .75rem; color: var(--ink-2) }
details, .card { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); margin: .5rem 0; padding: 0 1rem } .card { padding: 1rem }
details[open] { padding-bottom: 1rem } summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .75rem; cursor: pointer; padding: .6rem 0; list-style-position: inside }
summary code { overflow-wrap: anywhere } summary .says { color: var(--ink-2) }
code, pre { font: .8125rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace } pre { margin: 0; background: var(--soft); padding: .75rem; border-radius: 6px; overflow-x: auto; max-height: 28rem } .command { white-space: pre-wrap; overflow-wrap: anywhere }
.method { font-weight: 700; font-size: .75rem; min-width: 3.5rem; color: var(--write) } .get { color: var(--get) } .delete { color: var(--delete) }
table { border-collapse: collapse; width: 100%; font-size: .84375rem } th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top } .scroll { overflow-x: auto }
@media print { nav { display: none } .page { display: block } }`
