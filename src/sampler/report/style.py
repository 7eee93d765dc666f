"""Nothing in; the report's style sheet, out: light, dark, narrow and on paper."""

from __future__ import annotations

from ...charts.palette import SHADES, style_sheet

_PAGE = """
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:16px 20px 40px;
background:var(--ground);color:var(--ink);
font:14px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:20px;margin:8px 0;overflow-wrap:anywhere}
h2{font-size:16px;margin:32px 0 8px}
p{margin:8px 0}
p,li,a{overflow-wrap:anywhere}
code{font:0.93em ui-monospace,Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.verdict{font-size:17px;font-weight:600;margin:8px 0}
.faint{color:var(--faint)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px;margin:16px 0;
padding:0}
.cards div{background:var(--raised);border:1px solid var(--rule);border-radius:6px;padding:8px 12px}
.cards dt{color:var(--faint);font-size:12px}
.cards dd{margin:0;font-size:17px;font-weight:600;font-variant-numeric:tabular-nums}
.cards dd small{display:block;font-size:12px;font-weight:400;color:var(--faint)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px 4px 0;text-align:right;border-bottom:1px solid var(--rule);
white-space:nowrap;
vertical-align:middle}
th{color:var(--faint);font-weight:500;font-size:12px}
.left{text-align:left}
td.name{text-align:left;white-space:normal;min-width:180px;overflow-wrap:anywhere}
td.name:last-child{width:100%}
td.spark{min-width:110px;padding:2px 10px 2px 0}
td.bar{width:65%;min-width:120px;padding:2px 10px 2px 0}
.stopped{color:var(--wrong);font-weight:600}
.short{color:var(--orange);font-weight:600}
.unjudged{color:var(--faint)}
.swatch{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.keyed{display:flex;align-items:baseline}
.keyed .swatch{flex:none}
a{color:inherit}
.job{border-top:1px solid var(--rule)}
.job>summary{padding:8px 0;cursor:pointer;overflow-wrap:anywhere}
.job[open]>summary .faint{display:none}
.note{border-left:3px solid var(--rule);padding-left:10px;color:var(--faint)}
li{margin:4px 0}
.course{position:relative;margin:8px 0;touch-action:pan-y;cursor:crosshair}
.course:focus-visible{outline:2px solid var(--blue);outline-offset:4px}
.course>svg{margin-bottom:10px}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);pointer-events:none}
.told{position:absolute;top:24px;z-index:1;width:max-content;max-width:260px;background:var(--raised);
border:1px solid var(--rule);border-radius:6px;padding:6px 10px;font-size:12px;pointer-events:none;
box-shadow:0 2px 8px #0003;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.told div{display:flex;gap:12px;justify-content:space-between}
[hidden]{display:none!important}
@media (max-width:600px){body{padding:8px 12px 32px}td.name{min-width:140px}}
@media print{body{max-width:none;padding:0}.cursor,.told{display:none}h2{break-after:avoid}
svg,tr,li{break-inside:avoid}.scroll{overflow:visible}table{font-size:9px}
th,td.left{font-size:9px}td{padding-right:6px}*{print-color-adjust:exact}
td.name{min-width:90px}td.spark{min-width:60px}}
"""


def page_style() -> str:
    """Of the page and of its charts."""
    swatches = "".join(
        f".swatch-{shade}{{background:var(--{shade})}}" for shade in (*SHADES, "wrong")
    )
    return style_sheet() + swatches + _PAGE.replace("\n", "")
