"""The style of the page: two schemes, and paper."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--paper:#fff;--line:#d0d7de;--band:#f6f8fa;
--allow:#1a7f37;--deny:#b42318;--unknown:#9a6700;--critical:#86181d;--high:#b42318;--medium:#9a6700;--low:#57606a}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9ba5b0;--paper:#0d1117;--line:#30363d;
--band:#161b22;--allow:#3fb950;--deny:#ff7b72;--unknown:#d29922;--critical:#ff7b72;--high:#ff7b72;
--medium:#d29922;--low:#9ba5b0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:70rem;padding:1.5rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header{border-left:.5rem solid var(--soft);padding:.25rem 0 .25rem 1.25rem;margin-bottom:2rem}
header.allow{border-color:var(--allow)}header.deny{border-color:var(--deny)}
header.unknown{border-color:var(--unknown)}
.allow h1{color:var(--allow)}.deny h1{color:var(--deny)}.unknown h1{color:var(--unknown)}
h1{margin:0;font-size:2.25rem;line-height:1.2}
h2{margin:2.25rem 0 .75rem;font-size:1.25rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{margin:0 0 .25rem;font-size:1rem}
small{color:var(--soft);font-weight:400}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.75rem 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
ul.counts{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;padding:0;margin:0;list-style:none}
.counts b{font-size:1.25rem}
details.group>summary{cursor:pointer;font-weight:600;text-transform:capitalize;padding:.35rem 0}
article{border:1px solid var(--line);border-left:.3rem solid var(--low);border-radius:.25rem;
padding:.75rem 1rem;margin:.5rem 0}
article.critical{border-left-color:var(--critical)}article.high{border-left-color:var(--high)}
article.medium{border-left-color:var(--medium)}
article ul{margin:.25rem 0;padding-left:1.25rem}article p{margin:.25rem 0}
.note{color:var(--soft);font-weight:400}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);
overflow-wrap:anywhere;min-width:4rem}
thead th{background:var(--band)}
footer{margin-top:3rem;color:var(--soft);border-top:1px solid var(--line)}
@media print{body{max-width:none;padding:0;font-size:11pt}article,tr{break-inside:avoid}
details.group>summary{list-style:none}}
"""
