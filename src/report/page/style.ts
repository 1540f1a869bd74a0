// The page's style sheet: light, dark and print; from 320 pixels wide.
import { pageColours } from '../chart/style.js';

const light = `--ground: #ffffff; --ink: #1a1a1a; --soft: #555555; --grid: #e0e0e0; --card: #f6f6f6; --bad: #b00020; ${pageColours('light')}`;
const dark = `--ground: #16181c; --ink: #ececec; --soft: #b4b8bf; --grid: #3a3e46; --card: #202329; --bad: #ff8a94; ${pageColours('dark')}`;

export const pageStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0.4rem 0; } h2 { font-size: 1.25rem; margin: 2rem 0 0.6rem; } h3 { font-size: 1.05rem; margin: 1.4rem 0 0.4rem; }
h1, h2, h3, p, li, summary, td.words { overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; } a { color: inherit; }
.soft { color: var(--soft); } .failed { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.7rem; text-align: left; border-bottom: 1px solid var(--grid); vertical-align: top; }
th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
td.name { min-width: 6rem; overflow-wrap: anywhere; } td.words { min-width: 12rem; }
details { margin: 0.4rem 0; } summary { cursor: pointer; }
pre { background: var(--card); padding: 0.7rem; overflow-x: auto; font-size: 0.85rem; line-height: 1.4; }
.picture { position: relative; margin: 0.6rem 0; } .picture svg { display: block; width: 100%; height: auto; }
.picture > .medium, .picture > .narrow { display: none; }
@media (max-width: 959px) { .picture > .wide { display: none; } .picture > .medium { display: block; } }
@media (max-width: 599px) { .picture > .medium { display: none; } .picture > .narrow { display: block; } }
.tip { position: absolute; pointer-events: none; background: var(--card); border: 1px solid var(--grid); border-radius: 4px;
  padding: 0.3rem 0.5rem; font-size: 0.8rem; max-width: 16rem; z-index: 1; }
.tip div { display: flex; gap: 0.5rem; justify-content: space-between; } .tip b { white-space: nowrap; }
@media print {
  :root { color-scheme: light; ${light} }
  body { max-width: none; padding: 0; font-size: 11px; } nav, .tip { display: none; }
  h2, h3 { break-after: avoid; } .picture, tr { break-inside: avoid; } pre { white-space: pre-wrap; } .scroll { overflow: visible; }
}
`;
