"""The dashboards: pages of tiles in; an Azure workbook and a Grafana dashboard, as JSON, out.

Follow one tile: `pages.py` names its query and how it is shown, `texts.py` puts the dashboard's
parameters into the query, `workbook.py` and `grafana.py` write it in the words of their product.
"""
