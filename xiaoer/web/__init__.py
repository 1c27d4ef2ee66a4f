"""Xiaoer over HTTP: the API, the widget and the pages. `make_web(app)` in `server.py` puts them together."""
