"""Nothing in; the colours of all charts as a style sheet, out: light, dark and on paper.

The hues are those of Okabe and Ito, which colour-blind eyes tell apart, made lighter or darker for
the ground they stand on: words in them, and words of the ground's colour on them, can be read.
Nothing is told by hue alone: of two lines one is dashed, blocks have names, and what is wrong is
also said in words.
https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

SHADES = ("blue", "orange", "green", "purple", "indigo", "grey")
"""In the order in which to take them."""

_LIGHT = {
    "ground": "#ffffff",
    "raised": "#f6f8fa",
    "ink": "#1f2328",
    "faint": "#59636e",
    "rule": "#d1d9e0",
    "blue": "#0072b2",
    "orange": "#b55500",
    "green": "#00805e",
    "purple": "#a8487f",
    "indigo": "#23327a",
    "grey": "#656d76",
    "wrong": "#c62a2a",
}
_DARK = {
    "ground": "#0d1117",
    "raised": "#161b22",
    "ink": "#e6edf3",
    "faint": "#9198a1",
    "rule": "#3d444d",
    "blue": "#4aa8e0",
    "orange": "#f0a040",
    "green": "#2fc498",
    "purple": "#d98bb6",
    "indigo": "#c3d0ff",
    "grey": "#8b949e",
    "wrong": "#ff7b72",
}


def style_sheet() -> str:
    """Variables for the colours, and what charts do with them."""
    shades = "".join(
        f".stroke-{shade}{{stroke:var(--{shade})}}.fill-{shade}{{fill:var(--{shade})}}"
        for shade in (*SHADES, "wrong")
    )
    return (
        f":root{{color-scheme:light dark;{_variables(_LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}"
        "svg{display:block;overflow:visible}svg.clip{overflow:hidden}"
        "svg text{fill:var(--faint);font-size:11px;font-variant-numeric:tabular-nums}"
        "svg .title{fill:var(--ink);font-size:12px;font-weight:600}"
        # Words stay readable where a curve runs behind them.
        "svg .halo{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}"
        "svg .rule{stroke:var(--rule);stroke-width:1}"
        "svg .mark{stroke:var(--faint);stroke-width:1;stroke-dasharray:2 3}"
        "svg .limit{stroke:var(--faint);stroke-width:1;stroke-dasharray:6 4}"
        "svg .line{fill:none;stroke-width:1.5;stroke-linejoin:round;"
        "vector-effect:non-scaling-stroke}"
        "svg .second{stroke-dasharray:5 3}"
        "svg .area{stroke:none;fill-opacity:.18}"
        "svg .bar{stroke:var(--ground);stroke-width:1}"
        "svg .bar-label{fill:var(--ground)}"
        f"{shades}"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())
