import { DARK, LIGHT, variables } from './palette.ts';

const BASE = `
:root{color-scheme:light dark;${variables(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
p,li,h3,figcaption,dd{overflow-wrap:anywhere}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--text);font:13px/1.5 system-ui,"Segoe UI","Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums}
main,.banner>p,header,nav{max-width:1320px;margin:0 auto;padding-left:24px;padding-right:24px}
h1{font-size:20px;line-height:28px;font-weight:600;margin:0;overflow-wrap:anywhere}
h2{font-size:16px;line-height:24px;font-weight:600;margin:40px 0 8px;padding-top:8px;border-top:1px solid var(--line)}
h3{font-size:13px;line-height:20px;font-weight:600;margin:24px 0 4px}
.glance+h3{margin-top:8px}
h3 .flag{font-weight:400;margin-left:4px}
p{margin:4px 0 8px;max-width:92ch}
code,.mono{font:12px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:4px 0 8px;padding:8px 12px;background:var(--panel);border:1px solid var(--line);white-space:pre-wrap;overflow-wrap:anywhere}
a{color:var(--accent)}
.muted{color:var(--muted)}
.banner{background:var(--banner);color:var(--banner-text);border-bottom:1px solid currentColor}
.banner>p{max-width:1320px;margin:0 auto;padding-top:8px;padding-bottom:8px;font-weight:600}
.hardware{background:var(--panel);color:var(--text)}
header{padding-top:16px}
nav{padding-top:8px;padding-bottom:16px}
nav ul{display:flex;flex-wrap:wrap;gap:0 16px;list-style:none;margin:0;padding:0}
section{break-inside:auto}
`;

const TABLES = `
table{border-collapse:collapse;margin:4px 0 12px;font-size:12px;line-height:16px}
.wide{width:100%}
.scroll{overflow-x:auto}
caption{text-align:left;color:var(--muted);padding:0 0 4px}
th,td{padding:3px 12px 3px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{font-weight:600;color:var(--muted);border-bottom:1px solid var(--muted);vertical-align:bottom}
th[scope=row]{font-weight:400}
.flush tr>:last-child{padding-right:0}
td.n,th.n{text-align:right}
td.n{white-space:nowrap}
td.tight{white-space:nowrap}
tbody.group>tr:not(:last-child)>td{border-bottom-color:transparent;padding-bottom:0}
td.note{color:var(--muted)}
tbody.void td{color:var(--muted)}
tbody.void b{font-weight:400}
tbody.group>tr>td[rowspan],tbody.group>tr:last-child>td{border-bottom-color:var(--line)}
sup{line-height:0;font-size:9px;margin-left:2px}
.break,.path{overflow-wrap:anywhere}
td.path{min-width:34ch}
td.break{min-width:20ch}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;margin:4px 0 8px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
.glance{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:0 40px;align-items:start}
.word{white-space:nowrap;font-weight:600}
.word.pass,.word.ok{color:var(--ok);font-weight:400}
.word.fail,.word.error{color:var(--error)}
.word.warning{color:var(--warning)}
.word.notice{color:var(--notice)}
.word.skip,.word.not-run,.word.cancelled{color:var(--muted)}
.flag{white-space:nowrap;border:1px solid currentColor;border-radius:2px;padding:0 4px;font-size:11px;line-height:14px;display:inline-block}
.flag.unstable,.flag.drifted,.flag.dropped,.flag.moved{color:var(--warning)}
.flag.simulated{color:var(--muted)}
.tier{color:var(--muted);font-size:11px;margin-left:4px}
.absent{color:var(--muted);font-style:italic}
ul.findings{list-style:none;margin:4px 0 8px;padding:0}
ul.findings li{margin:0 0 8px;padding-left:92px;position:relative;max-width:120ch;overflow-wrap:anywhere}
ul.findings .word{position:absolute;left:0}
details{margin:0 0 8px}
summary{cursor:pointer;max-width:120ch}
summary h3{display:inline;margin-right:12px}
summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
ol.notes{list-style:lower-alpha;margin:0 0 12px;padding-left:24px;color:var(--muted);font-size:12px}
`;

const CHARTS = `
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,520px),1fr));gap:16px 40px;align-items:start}
figure{margin:0 0 12px;break-inside:avoid;min-width:0}
figcaption{font-weight:600;margin-bottom:4px}
figcaption span{font-weight:400;color:var(--muted)}
svg{color:var(--text);overflow:visible;font-size:9px}
svg text{font-family:inherit}
figure>svg{width:100%;height:auto;display:block}
.strip>svg{width:100%;height:auto;display:block}
.charts table{font-size:11px;width:100%}
.swatch,.legend svg{vertical-align:-2px;margin-right:6px}
.legend{display:flex;flex-wrap:wrap;gap:0 16px;list-style:none;margin:4px 0;padding:0;font-size:12px}
.strip{display:grid;grid-template-columns:72px 1fr;align-items:start;break-inside:avoid;margin-bottom:4px}
.strip>b{font-weight:600;padding-top:22px}
svg.space{display:block;width:100%;height:auto;margin:4px 0 8px}
.stage{display:inline-block;min-width:20px;text-align:right}
`;

const PRINT = `
@page{margin:16mm 12mm 14mm}
@media print{
body{font-size:9pt;line-height:1.4}
main,.banner>p,header,nav{max-width:none;padding-left:0;padding-right:0}
nav{display:none}
.banner{border:1px solid var(--banner-text);-webkit-print-color-adjust:exact;print-color-adjust:exact}
.banner>p{padding:4px 8px}
h1{font-size:14pt;line-height:1.3}
h2{font-size:12pt;line-height:1.3;margin-top:20px;break-after:avoid}
h2+p,h3,h3+p,caption,figcaption{break-after:avoid}
h3{font-size:9pt}
table{font-size:7.5pt;line-height:1.35}
th,td{padding:2px 8px 2px 0}
code,.mono{font-size:7.5pt}
p,tr,.strip,ul.findings li,dt,dd{break-inside:avoid}
tbody.group,.keep{break-inside:avoid}
thead{break-after:avoid}
thead{display:table-header-group}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{list-style:none}
td.path{min-width:22ch}
td.break{min-width:14ch}
.scroll{overflow:visible}
svg{font-size:11px}
.strip{grid-template-columns:52px 1fr;margin-bottom:0}
.strip>svg{font-size:12.5px}
.strip>b{padding-top:14px}
.charts{grid-template-columns:1fr 1fr;gap:4px 16px}
.charts table{font-size:6.5pt}
.charts th,.charts td{padding-right:5px}
.glance{grid-template-columns:1fr 1fr;gap:0 16px}
dl{gap:1px 8px}
svg,.flag{-webkit-print-color-adjust:exact;print-color-adjust:exact}
a{color:inherit;text-decoration:none}
.digests td,.digests code{font-size:5.5pt;line-height:1.15;padding-top:0;padding-bottom:0}
}
`;

/** `simulated`: the margin of every printed page says so. */
export function styleSheet(simulated: boolean): string {
  const margin = simulated
    ? '@page{@top-left{content:"Measured on a simulated board: no hardware results";font:8pt sans-serif;color:#4d3200}}'
    : '';
  const foot =
    '@page{@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#565e68}}';
  return [BASE, TABLES, CHARTS, PRINT, margin, foot].join('');
}
