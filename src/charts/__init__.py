"""Charts by hand, since a runner may have nothing installed: rows in, text out (SVG, mermaid)."""
